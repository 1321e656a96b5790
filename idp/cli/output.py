"""What commands print: text, or with `--json` exactly one JSON document; refusals go to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import click

_JSON_WANTED = "idp.cli.json"


class Refused(click.ClickException):
    """The command did nothing, or not all of what was asked; exit code 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """The reason, on standard error."""
        click.echo(self.message, file=file, err=file is None)


def _note_json(context: click.Context, _parameter: click.Parameter, wanted: object) -> None:
    context.meta[_JSON_WANTED] = bool(wanted)


json_option = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    callback=_note_json,
    help="Print one JSON document.",
)
"""Decorator of a command that calls `show` once."""


def show(document: object, text: str) -> None:
    """The result of a command: the document when `--json` was given, else the text."""
    if wants_json():
        click.echo(json.dumps(document, default=_plain, ensure_ascii=False, indent=2))
    elif text:
        click.echo(text)


def json_is_wanted() -> bool:
    """For a result too long to be held at once, which the command writes in pieces itself."""
    return bool(click.get_current_context().meta.get(_JSON_WANTED))


def wants_json() -> bool:
    """Whether the command in hand prints a document, and so nothing else."""
    return bool(click.get_current_context().meta.get(_JSON_WANTED))


def fields(values: Mapping[str, object]) -> str:
    """One line per value, aligned."""
    width = max((len(name) for name in values), default=0)
    return "\n".join(f"{name:<{width}}  {_readable(value)}" for name, value in values.items())


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as their widest cell."""
    lines = [list(titles), *([_readable(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case timedelta():
            return int(value.total_seconds())
        case Path():
            return str(value)
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def _readable(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S UTC")
        case str():
            return value
        case list() | tuple() | set() | frozenset():
            return " ".join(str(item) for item in value) or "-"
    return str(value)
