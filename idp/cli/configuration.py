"""`idp export` and `idp import`: the configuration as a file, and what a file would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from flask.cli import with_appcontext

from idp.cli import env_file, output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.clients.metadata import Invalid
from idp.configuration import current, text, wanted
from idp.configuration.apply import Moved, Secret, apply
from idp.configuration.plan import Action, Beside, Change, plan
from idp.configuration.text import Format
from idp.configuration.yaml_text import Unreadable
from idp.extensions import transaction

_SIGNS = {
    Action.CREATE: ("+", "green"),
    Action.CHANGE: ("~", "yellow"),
    Action.REMOVE: ("-", "red"),
}


@click.command("export")
@click.option(
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of printing.",
)
@click.option("--format", "form", type=click.Choice([one.value for one in Format]))
@with_appcontext
def export(file: Path | None, form: str | None) -> None:
    """Clients, groups and claims as YAML or JSON, without secrets, always in the same order."""
    by_name = Format.JSON if file is not None and file.suffix == ".json" else Format.YAML
    with transaction():
        content = text.write(current.exported(), Format(form) if form else by_name)
    if file is None:
        click.echo(content, nl=False)
        return
    try:
        file.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Refused(f"Cannot write {file}: {error.strerror}") from error
    click.echo(f"Written to {file}.", err=True)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", "mode", flag_value="dry-run", help="Show what would change, and stop.")
@click.option("--yes", "mode", flag_value="yes", help="Apply without asking.")
@click.option(
    "--prune",
    "beside",
    flag_value=Beside.PRUNED.value,
    default=Beside.LEFT_ALONE.value,
    help="Remove what the file does not name; else it is left alone.",
)
@click.option(
    "--env-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write each new client's ISSUER, CLIENT_ID and CLIENT_SECRET to a file here (mode 0600).",
)
@reasons.option
@output.json_option
@with_appcontext
def import_(
    *,
    file: Any,  # noqa: ANN401  click's own
    mode: str | None,
    beside: str,
    env_dir: Path | None,
    reason: str | None,
) -> None:
    """Make clients, groups and claims what FILE says, after showing the difference."""
    if output.wants_json() and mode is None:
        raise click.UsageError("With --json nobody is asked: say --yes or --dry-run.")
    because = reasons.given(reason) if mode != "dry-run" else ""
    changes = _planned(file.read(), Beside(beside))
    if not output.wants_json():
        click.echo("\n".join(map(_shown, changes)) or "Nothing to change.")
    secrets: list[Secret] = []
    is_applied = bool(changes) and mode != "dry-run" and (mode == "yes" or _confirmed(changes))
    if is_applied:
        secrets = _applied(changes, env_dir, because)
    output.show(
        {
            "changes": [_document(one) for one in changes],
            "applied": is_applied,
            "secrets": {} if env_dir else {one.client_id: one.client_secret for one in secrets},
        },
        _told(secrets, env_dir) if is_applied else "",
    )


def _planned(content: bytes, beside: Beside) -> list[Change]:
    try:
        document = text.read(content)
    except Unreadable as error:
        raise Refused(f"The file cannot be read: {error}.") from error
    objects = wanted.read(document)
    found = objects if isinstance(objects, Invalid) else plan(objects, beside)
    if isinstance(found, Invalid):
        lines = (f"{place}: {said}" if place else said for place, said in found.problems.items())
        raise Refused("\n".join((*lines, "Nothing is applied.")))
    return found


def _confirmed(changes: list[Change]) -> bool:
    many = f"these {len(changes)} changes" if len(changes) > 1 else "this change"
    try:
        answer = click.confirm(f"\nApply {many}?", err=True)
    except click.Abort:
        raise Refused("\nNothing is applied: say --yes where nobody can answer.") from None
    if not answer:
        raise Refused("Nothing is applied.")
    return True


def _applied(changes: list[Change], env_dir: Path | None, reason: str) -> list[Secret]:
    written: list[Path] = []
    try:
        with transaction():
            secrets = apply(changes, reason=reason)
            # Written before the commit: who cannot be told the secret does not get the client.
            for one in secrets if env_dir else ():
                file = (env_dir or Path()) / f"{quote(one.client_id, safe='')}.env"
                env_file.write(file, one.client_id, one.client_secret)
                written.append(file)
    except Moved as error:
        raise Refused(str(error)) from error
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return secrets


def _told(secrets: list[Secret], env_dir: Path | None) -> str:
    if not secrets:
        return "\nApplied."
    if env_dir:
        return f"\nApplied. The secrets of {len(secrets)} new clients are in {env_dir}."
    lines = (f"{one.client_id}  {one.client_secret}" for one in secrets)
    return "\n".join(("\nApplied. Secrets of new clients, shown this once:", *lines))


def _shown(change: Change) -> str:
    """Coloured where a terminal shows it; elsewhere click takes the colours out."""
    sign, colour = _SIGNS[change.action]
    lines = [click.style(f"{sign} {change.place}", fg=colour, bold=True)]
    if change.action is not Action.REMOVE:
        for member, (before, after) in change.fields.items():
            lines += _shown_field(member, before, after)
    return "\n".join(lines)


def _shown_field(member: str, before: object, after: object) -> list[str]:
    if isinstance(before or after, list) and isinstance(after or before, list):
        return [f"    {member}:", *_shown_items(_items(before), _items(after))]
    if before is None:
        return [f"    {member}: " + click.style(_plain(after), fg="green")]
    old, new = click.style(_plain(before), fg="red"), click.style(_plain(after), fg="green")
    return [f"    {member}: {old} -> {new}"]


def _shown_items(before: list[Any], after: list[Any]) -> list[str]:
    gone = [click.style(f"      - {_plain(one)}", fg="red") for one in before if one not in after]
    new = [click.style(f"      + {_plain(one)}", fg="green") for one in after if one not in before]
    return [*gone, *new] or [f"      in another order: {', '.join(map(_plain, after))}"]


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _plain(value: object) -> str:
    """On one line, and never what a terminal would obey."""
    if value is None:
        return "(not set)"
    text_or_json = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text_or_json if text_or_json.isprintable() else json.dumps(value)


def _document(change: Change) -> dict[str, Any]:
    fields = {name: {"before": old, "after": new} for name, (old, new) in change.fields.items()}
    return {"object": str(change.place), "action": change.action.value, "fields": fields}
