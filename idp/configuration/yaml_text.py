"""YAML without its surprises: the document's events, read by rules that fit on a page.

No tags, no anchors and so no bombs, no key twice. A plain `true`, `false`, `null` or number of JSON
is one; everything else is text, so that `no` stays a country and `2024-01-01` a word. What is
written is quoted where other readers would guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

DEEPEST = 20
MOST_EVENTS = 4_000_000

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BASE_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TEXT = "tag:yaml.org,2002:str"


class Unreadable(ValueError):
    """Where and why, in words for whoever wrote it."""


def read(text: str) -> Any:  # noqa: ANN401  whatever YAML can hold
    """One document. Raises `Unreadable`."""
    try:
        events = yaml.parse(text, Loader=_LOADER)
        found = _document(_counted(events))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(f"{line}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise Unreadable(str(error).splitlines()[0]) from None
    return found


def write(document: object) -> str:
    """In the order given, one thing on each line."""
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=1_000_000,
    )
    return text


class _Dumper(_BASE_DUMPER):  # type: ignore[misc]
    """Never an anchor, and quotes around whatever `read` would not take for text."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:  # noqa: ANN401  the library has no types
    looks_like_more = _plain(text) is not text
    return dumper.represent_scalar(_TEXT, text, style="'" if looks_like_more else None)


_Dumper.add_representer(str, _text)


def _counted(events: Iterator[Any]) -> Iterator[Any]:
    depth = 0
    for number, event in enumerate(events):
        if number > MOST_EVENTS:
            raise Unreadable("it is too large")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(f"{_where(event)}nested more than {DEEPEST} deep")
        _require_plain(event)
        yield event


def _require_plain(event: Any) -> None:  # noqa: ANN401
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise Unreadable(f"{_where(event)}anchors and aliases (& and *) are not taken here")
    if getattr(event, "tag", None) is not None:
        raise Unreadable(f"{_where(event)}tags (!) are not taken here")


def _document(events: Iterator[Any]) -> Any:  # noqa: ANN401
    inner = (event for event in events if not isinstance(event, yaml.StreamStartEvent))
    first = next(inner)
    if isinstance(first, yaml.StreamEndEvent):
        raise Unreadable("it is empty")
    found = _node(next(inner), inner)
    next(inner)  # the end of the document
    if not isinstance(next(inner), yaml.StreamEndEvent):
        raise Unreadable("it holds more than one document")
    return found


def _node(event: Any, events: Iterator[Any]) -> Any:  # noqa: ANN401
    if isinstance(event, yaml.ScalarEvent):
        return _plain(event.value) if _is_plain(event) else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        found = []
        while not isinstance(one := next(events), yaml.SequenceEndEvent):
            found.append(_node(one, events))
        return found
    return _mapping(events)


def _mapping(events: Iterator[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise Unreadable(f"{_where(key)}a name must be text")
        if key.value in found:
            raise Unreadable(f"{_where(key)}{key.value[:80]!a} stands here twice")
        if key.value == "<<" and _is_plain(key):
            raise Unreadable(f"{_where(key)}merging (<<) is not taken here")
        found[key.value] = _node(next(events), events)
    return found


def _is_plain(event: Any) -> bool:  # noqa: ANN401
    """Without quotes, and not a block."""
    return bool(event.implicit[0])


def _plain(text: str) -> Any:  # noqa: ANN401
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text) and len(text) <= 30:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    return text


def _where(event: Any) -> str:  # noqa: ANN401
    mark = getattr(event, "start_mark", None)
    return f"line {mark.line + 1}: " if mark else ""
