"""A file as pieces of UTF-8, whatever it was written as: byte order marks, UTF-16, and a JSON
array, which becomes one object a line. Memory holds one piece and one row.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Protocol

from idp.accounts.imports.problem import Unreadable
from idp.language import gettext_noop

PIECE = 256 * 1024
LONGEST_ROW = 64 * 1024
"""Bytes."""
_LOOKED_AT = 200
"""Bytes, of which a quarter are zero where letters take two each."""
_JSON = json.JSONDecoder(strict=False)


class Form(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class Readable(Protocol):
    """What a file is asked for."""

    def read(self, most: int, /) -> bytes: ...


def form_of(file_name: str) -> Form | None:
    """By the ending of its name."""
    ending = file_name.rpartition(".")[2].lower()
    return {"ndjson": Form.JSONL}.get(ending) or (Form(ending) if ending in set(Form) else None)


def pieces(file: Readable) -> Iterator[bytes]:
    """The bytes as they are."""
    while piece := file.read(PIECE):
        yield piece


def as_utf8(raw: Iterable[bytes], form: Form) -> Iterator[bytes]:
    """CSV or JSON lines in UTF-8 without a byte order mark. Raises `Unreadable`."""
    plain = _decoded(iter(raw))
    return _array_as_lines(plain) if form is Form.JSON else plain


def _decoded(raw: Iterator[bytes]) -> Iterator[bytes]:
    first = next(raw, b"")
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable(gettext_noop("This file is UTF-32. Save it as UTF-8."))
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _from_utf16(first, raw)
        return
    if 4 * first[:_LOOKED_AT].count(0) > len(first[:_LOOKED_AT]):
        raise Unreadable(gettext_noop("This file looks like UTF-16. Save it as UTF-8."))
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from raw


def _from_utf16(first: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        yield decoder.decode(first).encode("utf-8", "surrogatepass")
        for piece in raw:
            yield decoder.decode(piece).encode("utf-8", "surrogatepass")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        broken = gettext_noop("This file begins as UTF-16 and is broken further on.")
        raise Unreadable(broken) from error


def _array_as_lines(plain: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    array = _Array()
    for piece in plain:
        yield from array.more(decoder.decode(piece))
    yield from array.more(decoder.decode(b"", final=True))
    array.require_end()


class _Array:
    """`[{…}, {…}]` as it comes in, one object after the other."""

    def __init__(self) -> None:
        self._buffer, self._row = "", 0
        self._expected = "["

    def more(self, text: str) -> Iterator[bytes]:
        """The objects that are whole by now, a line each. Raises `Unreadable`."""
        self._buffer = (self._buffer + text).lstrip()
        while self._buffer:
            if self._buffer[0] not in self._expected:
                raise self._broken()
            if self._buffer[0] == "{":
                whole = self._object()
                if whole is None:
                    return
                yield whole
                self._expected = ",]"
            else:
                self._expected = {"[": "{]", ",": "{", "]": ""}[self._buffer[0]]
                self._buffer = self._buffer[1:]
            self._buffer = self._buffer.lstrip()

    def require_end(self) -> None:
        """Raises `Unreadable` when the array was cut off."""
        if self._expected:
            raise self._broken()

    def _object(self) -> bytes | None:
        """None: its end has not come yet."""
        try:
            value, end = _JSON.raw_decode(self._buffer)
        except ValueError as error:
            if len(self._buffer) <= LONGEST_ROW:
                return None
            raise self._broken() from error
        except RecursionError as error:
            raise self._broken() from error
        self._row, self._buffer = self._row + 1, self._buffer[end:]
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"

    def _broken(self) -> Unreadable:
        says = gettext_noop("The JSON is broken in row %(row)s; nothing after it can be read.")
        return Unreadable(says, row=self._row + 1)
