"""Rows of CSV (RFC 4180) and JSON lines, from any place of the file on.

A row that cannot be read is a row with a problem: the next one is looked for at the next line, so a
quote that somebody forgot takes nothing else with it.
"""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp.accounts.imports.problem import Problem, Unreadable
from idp.accounts.imports.source import LONGEST_ROW, Form
from idp.language import gettext_noop

_MOST_LINES = 50
"""Of one row of CSV, whose values may hold line ends."""
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Layout:
    """`names`: of the columns of CSV, `delimiter`: between them; JSON names its values itself."""

    form: Form
    names: tuple[str, ...] = ()
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: bytes and rows that were read before."""

    position: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A row. `ends`: where the next one begins. With a problem it has no values."""

    ends: Place
    values: Mapping[str, Any]
    problem: Problem | None = None

    @property
    def number(self) -> int:
        """As a spreadsheet counts: the header of CSV is row 1."""
        return self.ends.row


@dataclass(frozen=True, slots=True)
class _Line:
    """`length`: bytes in the file. Of a line that is too long, the beginning stands for it."""

    content: bytes
    length: int


class _Unfit(Exception):
    """A row that cannot be read."""

    def __init__(self, says: str, **values: str | int) -> None:
        super().__init__(says)
        self.problem = Problem(says, "", values)


def begin(pieces: Iterable[bytes], form: Form) -> tuple[Layout, Place, Iterator[Record]]:
    """From the beginning of a file. Raises `Unreadable` when the header will not do."""
    lines = _Lines(pieces, 0)
    if form is not Form.CSV:
        layout = Layout(form)
        return layout, Place(), _records(lines, layout, Place())
    header = lines.next()
    layout = _layout(header.content if header else b"")
    place = Place(lines.position, 1)
    return layout, place, _records(lines, layout, place)


def go_on(pieces: Iterable[bytes], layout: Layout, place: Place) -> Iterator[Record]:
    """`pieces`: what follows that place."""
    return _records(_Lines(pieces, place.position), layout, place)


def _layout(header: bytes) -> Layout:
    try:
        text = header.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise Unreadable(_NOT_UTF8, byte=f"0x{header[error.start]:02X}") from error
    if len(header) > LONGEST_ROW or not text.strip():
        raise Unreadable(gettext_noop("The first line has to name the columns."))
    delimiter = max(_DELIMITERS, key=text.count)
    try:
        named = next(csv.reader([text], delimiter=delimiter))
    except csv.Error as error:  # lines that end as on an old Mac, for instance
        raise Unreadable(gettext_noop("The first line has to name the columns.")) from error
    return Layout(Form.CSV, tuple(name.strip().lower() for name in named), delimiter)


def _records(lines: _Lines, layout: Layout, place: Place) -> Iterator[Record]:
    row = place.row
    while (line := lines.next()) is not None:
        row += 1
        if not line.content.strip():
            continue
        read = _of_csv if layout.form is Form.CSV else _of_json
        try:
            values, problem = read(line, lines, layout), None
        except _Unfit as unfit:
            values, problem = {}, unfit.problem
        yield Record(Place(lines.position, row), values, problem)


def _of_json(line: _Line, _lines: _Lines, _layout: Layout) -> Mapping[str, Any]:
    try:
        value = json.loads(_text(line), parse_constant=str)
        is_text = _is_text(value)
    except (ValueError, RecursionError) as error:
        raise _Unfit(gettext_noop("This row is not JSON.")) from error
    if not is_text:
        raise _Unfit(gettext_noop("This row holds a NUL byte."))
    if not isinstance(value, dict):
        raise _Unfit(gettext_noop("This row is not a JSON object."))
    return value


def _is_text(value: object) -> bool:
    """Whether no database trips over it: an escape may stand for NUL, or for half a character, of
    which `encode` raises a ValueError.
    """
    if isinstance(value, str):
        return b"\0" not in value.encode()
    inside = [*value, *value.values()] if isinstance(value, dict) else value
    return all(map(_is_text, inside)) if isinstance(inside, list) else True


def _of_csv(line: _Line, lines: _Lines, layout: Layout) -> Mapping[str, Any]:
    """The reader asks for another line as long as a quote is open."""
    taken: list[_Line] = []
    try:
        reader = csv.reader(_taking(line, lines, taken), delimiter=layout.delimiter, strict=True)
        return _named(next(reader, []), layout.names)
    except (csv.Error, _Unfit) as error:
        # Whatever was taken in search of the other quote are rows of their own.
        lines.put_back(taken[1:])
        if isinstance(error, _Unfit) and len(taken) == 1:
            raise
        raise _Unfit(gettext_noop("The quotes of this row do not match.")) from error


def _taking(line: _Line, lines: _Lines, taken: list[_Line]) -> Iterator[str]:
    more: _Line | None = line
    size = 0
    while more is not None and len(taken) < _MOST_LINES and size <= LONGEST_ROW:
        taken.append(more)
        size += more.length
        yield _text(more)
        more = lines.next()


def _named(cells: Sequence[str], names: Sequence[str]) -> Mapping[str, Any]:
    if len(cells) != len(names):
        says = gettext_noop("This row has %(cells)s values, the first line names %(names)s.")
        raise _Unfit(says, cells=len(cells), names=len(names))
    return dict(zip(names, cells, strict=True))


def _text(line: _Line) -> str:
    if line.length > LONGEST_ROW:
        says = gettext_noop("This row is longer than %(most)s bytes.")
        raise _Unfit(says, most=LONGEST_ROW)
    if b"\x00" in line.content:
        raise _Unfit(gettext_noop("This row holds a NUL byte."))
    try:
        return line.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unfit(_NOT_UTF8, byte=f"0x{line.content[error.start]:02X}") from error


_NOT_UTF8 = gettext_noop("This is not UTF-8 (byte %(byte)s). Save the file as UTF-8.")


class _Lines:
    """Lines with the place that was reached."""

    def __init__(self, pieces: Iterable[bytes], position: int) -> None:
        self._rest = _split(pieces)
        self._waiting: deque[_Line] = deque()
        self.position = position

    def next(self) -> _Line | None:
        """None: the file has ended."""
        line = self._waiting.popleft() if self._waiting else next(self._rest, None)
        self.position += line.length if line else 0
        return line

    def put_back(self, lines: Sequence[_Line]) -> None:
        """They are read again."""
        self._waiting.extendleft(reversed(lines))
        self.position -= sum(line.length for line in lines)


def _split(pieces: Iterable[bytes]) -> Iterator[_Line]:
    rest, skipped = b"", 0
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield _Line(line + b"\n", len(line) + 1 + skipped)
            skipped = 0
        if len(rest) > LONGEST_ROW:
            skipped += len(rest) - LONGEST_ROW - 1
            rest = rest[: LONGEST_ROW + 1]
    if rest:
        yield _Line(rest, len(rest) + skipped)
