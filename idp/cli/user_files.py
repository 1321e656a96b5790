"""Many people at once: `idp user import`, `idp user export`."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import IO

import click
from flask.cli import with_appcontext

from idp.accounts import people_export
from idp.accounts.imports import direct, source
from idp.accounts.imports.batches import Outcome, Verdict
from idp.accounts.imports.problem import Unreadable
from idp.accounts.imports.source import Form
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.cli.progress import Watched
from idp.extensions import transaction

_FORMS = click.Choice([form.value for form in Form])
_ALIKE = 5
"""Lines that say the same one after the other; what was refused is always named."""


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--format", "form", type=_FORMS, help="How FILE is written, if its name does not say."
)
@click.option("--dry-run", "only_look", flag_value="yes", help="Say what would become of each row.")
@reasons.option
@output.json_option
@with_appcontext
def import_command(
    file: IO[bytes], form: str | None, only_look: str | None, reason: str | None
) -> None:
    """Make accounts of the rows of FILE (- is standard input).

    Columns: email, name or given_name and family_name, email_verified, password_hash, sub,
    language, disabled, groups, and the standard claims. Who exists is left alone, so an import that
    was interrupted is simply run again. Exit code 1 if a row was refused.
    """
    written_as = _form(file, form)
    tally = _Tally()
    watched = Watched(file, tally.told)
    if only_look:
        verdicts = direct.dry_run(watched, written_as)
    else:
        name = getattr(file, "name", "-")
        verdicts = direct.take_over(watched, written_as, name=name, reason=reasons.given(reason))
    with closing(_counted(verdicts, tally, watched)) as counted:
        _tell(counted, tally, only_look)
    if tally.broken is not None:
        raise Refused(str(tally.broken.problem))
    if tally.counts[Outcome.REFUSED]:
        click.get_current_context().exit(1)


@click.command("export")
@click.option("--format", "form", type=_FORMS, default=Form.JSONL.value, show_default=True)
@reasons.option
@with_appcontext
def export_command(form: str, reason: str | None) -> None:
    """Write everybody's account to standard output, for `idp user import`; never a secret."""
    with transaction():
        pieces = people_export.take_along(Form(form), reason=reasons.given(reason))
    for piece in pieces:
        click.echo(piece, nl=False)


class _Tally:
    """How often what happened. `broken`: where the file could not be read any further."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(Outcome, 0)
        self.broken: Unreadable | None = None

    def told(self) -> str:
        made, there, refused = (f"{number:,}" for number in self.counts.values())
        return f"{self.rows:,} rows: {made} new, {there} there already, {refused} refused"

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def document(self, only_look: str | None) -> dict[str, object]:
        return {
            "dry_run": bool(only_look),
            "rows": self.rows,
            "created": self.counts[Outcome.CREATED],
            "existing": self.counts[Outcome.EXISTS],
            "refused": self.counts[Outcome.REFUSED],
            "unreadable": str(self.broken.problem) if self.broken else None,
        }


def _form(file: IO[bytes], named: str | None) -> Form:
    found = Form(named) if named else source.form_of(getattr(file, "name", ""))
    if found is None:
        raise click.UsageError("Say by --format whether this is csv, json or jsonl.")
    return found


def _counted(
    verdicts: Iterator[Verdict], tally: _Tally, watched: Watched
) -> Generator[Verdict, None, None]:
    try:
        for verdict in verdicts:
            tally.counts[verdict.outcome] += 1
            watched.show()
            yield verdict
    except Unreadable as unreadable:
        tally.broken = unreadable
    finally:
        watched.end()


def _tell(verdicts: Iterator[Verdict], tally: _Tally, only_look: str | None) -> None:
    """Row by row as they come, so that a million of them are never held."""
    told = (one for one in verdicts if only_look or one.outcome is not Outcome.CREATED)
    if output.json_is_wanted():
        click.echo('{"verdicts": [', nl=False)
        before = "\n"
        for one in told:
            click.echo(before + json.dumps(_document(one), ensure_ascii=False), nl=False)
            before = ",\n"
        ending = json.dumps(tally.document(only_look), ensure_ascii=False)
        click.echo(f"\n], {ending.removeprefix('{')}")
        return
    for line in _lines(told):
        click.echo(line)
    click.echo(f"{'Dry run. ' if only_look else ''}{tally.told()}.")


def _lines(told: Iterator[Verdict]) -> Iterator[str]:
    """A line for each; of many alike in a row, as when an import is run again, the first ones."""
    said, alike = "", 0
    for one in told:
        problems = "; ".join(map(str, one.problems))
        verdict = f"{one.outcome.value}  {problems}".rstrip()
        is_another = verdict == said and one.outcome is not Outcome.REFUSED
        if alike > _ALIKE and not is_another:
            yield _and_more(alike)
        said, alike = verdict, alike + 1 if is_another else 1
        if alike <= _ALIKE:
            email = one.email or "-"
            yield f"row {one.row}  {one.outcome.value}  {email}  {problems}".rstrip()
    if alike > _ALIKE:
        yield _and_more(alike)


def _and_more(alike: int) -> str:
    return f"... and {alike - _ALIKE:,} more like these (--json names each)"


def _document(one: Verdict) -> dict[str, object]:
    return {
        "row": one.row,
        "email": one.email or None,
        "outcome": one.outcome.value,
        "problems": [
            {"column": problem.column or None, "says": problem.sentence} for problem in one.problems
        ],
    }


COMMANDS = (import_command, export_command)
