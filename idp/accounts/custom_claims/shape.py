"""A small part of JSON Schema (2020-12): enough to say what the values of a claim look like. Pure.

A keyword that is not known is refused, so that nobody believes it to be checked. There are no
patterns: a regular expression that somebody else wrote can keep a server busy for minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

LARGEST = 4096
DEEPEST = 5

_OF_TYPE: dict[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _is_count(value: object) -> bool:
    return _OF_TYPE["integer"](value) and isinstance(value, int) and value >= 0


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_KEYWORDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "type": (lambda value: isinstance(value, str) and value in _OF_TYPE, "one of the types"),
    "enum": (lambda value: isinstance(value, list) and bool(value), "a list of values"),
    "minimum": (_OF_TYPE["number"], "a number"),
    "maximum": (_OF_TYPE["number"], "a number"),
    "minLength": (_is_count, "a whole number"),
    "maxLength": (_is_count, "a whole number"),
    "minItems": (_is_count, "a whole number"),
    "maxItems": (_is_count, "a whole number"),
    "items": (_OF_TYPE["object"], "a schema"),
    "properties": (_OF_TYPE["object"], "an object of schemas"),
    "required": (_is_texts, "a list of names"),
    "additionalProperties": (_OF_TYPE["boolean"], "true or false"),
    "title": (_OF_TYPE["string"], "a text"),
    "description": (_OF_TYPE["string"], "a text"),
}
"""Each with what it takes."""


def problem_of(schema: object) -> str | None:
    """Why this is no schema that can be checked."""
    if not isinstance(schema, dict):
        return "must be an object"
    if not _is_storable(schema):
        return "must hold readable texts and finite numbers only"
    if len(json.dumps(schema)) > LARGEST:
        return f"must have at most {LARGEST} characters"
    return next(_problems_of(schema, DEEPEST), None)


def _is_storable(schema: Mapping[str, Any]) -> bool:
    """No database takes NUL, half a character, or a number without bounds."""
    try:
        written = json.dumps(schema, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return rb"\u0000" not in written.replace(rb"\\", b"")


def _problems_of(schema: Mapping[str, Any], depth: int) -> Iterator[str]:
    if depth < 0:
        yield f"must be nested at most {DEEPEST} deep"
        return
    for keyword, value in schema.items():
        fits, wanted = _KEYWORDS.get(keyword, (None, ""))
        if fits is None:
            yield f"{keyword!r} is not known; known are {', '.join(_KEYWORDS)}"
        elif not fits(value):
            yield f"{keyword} must be {wanted}"
            return
    inner = list(schema.get("properties", {}).values())
    if "items" in schema:
        inner.append(schema["items"])
    for one in inner:
        if not isinstance(one, dict):
            yield "properties must be an object of schemas"
            return
        yield from _problems_of(one, depth - 1)


def problem(value: object, schema: Mapping[str, Any]) -> str | None:
    """The first thing in which a value does not match."""
    wanted = schema.get("type")
    if wanted is not None and not _OF_TYPE[wanted](value):
        return f"must be of type {wanted}"
    if "enum" in schema and _same(value) not in map(_same, schema["enum"]):
        return f"must be one of {json.dumps(schema['enum'], ensure_ascii=False)}"
    return next(_in_bounds(value, schema), None) or next(_inside(value, schema), None)


def _same(value: object) -> str:
    """Equal for equal values of JSON only: to Python, true is 1."""
    return json.dumps(value, sort_keys=True)


def _in_bounds(value: object, schema: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield f"must be at least {schema['minimum']}"
        if value > schema.get("maximum", value):
            yield f"must be at most {schema['maximum']}"
    for kind, least, most, what in (
        (str, "minLength", "maxLength", "characters"),
        (list, "minItems", "maxItems", "items"),
    ):
        if isinstance(value, kind):
            size = len(value)
            if size < schema.get(least, size):
                yield f"must have at least {schema[least]} {what}"
            if size > schema.get(most, size):
                yield f"must have at most {schema[most]} {what}"


def _inside(value: object, schema: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value, start=1):
            if wrong := problem(one, schema["items"]):
                yield f"item {number}: {wrong}"
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{name} is missing"
    for name, one in value.items():
        if name not in known:
            if schema.get("additionalProperties") is False:
                yield f"{name!r} is not one of its properties"
        elif wrong := problem(one, known[name]):
            yield f"{name}: {wrong}"
