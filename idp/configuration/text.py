"""A configuration as bytes: YAML or JSON, UTF-8, of a size that somebody can have written."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from idp import strict_json
from idp.configuration import yaml_text
from idp.configuration.yaml_text import Unreadable

LARGEST = 32 * 1024 * 1024

_HEAD = """\
# The configuration of an identity provider, without secrets. `idp import` shows what it would
# change before it does. docs/configuration.md says what can stand here.
"""


class Format(StrEnum):
    """How it is written."""

    YAML = "yaml"
    JSON = "json"


def read(content: bytes) -> Any:  # noqa: ANN401  whatever can stand there
    """Of either format. Raises `Unreadable`."""
    if len(content) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST // 1024 // 1024} MiB")
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise Unreadable("it is UTF-16; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"line {line}: it is not UTF-8; save it as UTF-8") from None
    if text.lstrip().startswith("{"):
        return _json(text)
    return yaml_text.read(text)


def write(document: dict[str, Any], form: Format) -> str:
    """The same bytes for the same configuration."""
    if form is Format.JSON:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return _HEAD + yaml_text.write(document)


def _json(text: str) -> Any:  # noqa: ANN401
    try:
        return strict_json.parse(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"line {error.lineno}: it is not JSON: {error.msg}") from None
    except ValueError as error:
        raise Unreadable(f"it is not JSON: {error}") from None
