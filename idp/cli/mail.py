"""The mail: what has not arrived, another try, and whether it leaves at all."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from idp.cli import output
from idp.cli.output import Refused
from idp.extensions import settings, transaction
from idp.mail import upkeep
from idp.mail.upkeep import Retry
from idp.outbox.delivery import Delivered
from idp.outbox.upkeep import Entry

group = AppGroup("mail", help="Mail that waits or has died; a test mail.")

_REFUSALS = {
    Retry.NOT_DEAD: "There is no dead mail %s.",
    Retry.LINK_GONE: "The single-use link of %s was erased with it; it has to be asked for again.",
}


@group.command("list")
@click.option("--dead", "which", flag_value="dead", help="Only what nobody tries any more.")
@output.json_option
def list_command(which: str | None) -> None:
    """Mail that has not arrived, the newest first. Texts and links are not shown."""
    entries = upkeep.dead() if which else [*upkeep.waiting(), *upkeep.dead()]
    rows = [_row(entry) for entry in entries]
    titles = ("id", "mail", "recipient", "written", "attempts", "state", "problem")
    text = output.table(titles, [list(row.values()) for row in rows]) if rows else "Nothing."
    output.show(rows, text)


@group.command("retry")
@click.argument("message_id", metavar="ID")
@output.json_option
def retry(message_id: str) -> None:
    """Have a dead mail tried again, as if it were new."""
    with transaction():
        outcome = upkeep.retry(message_id)
    if outcome in _REFUSALS:
        raise Refused(_REFUSALS[outcome] % message_id)
    output.show({"id": message_id, "state": "waiting"}, f"{message_id} is tried again.")


@group.command("test")
@click.argument("address")
@output.json_option
def test(address: str) -> None:
    """Send a test mail now, and say what became of it."""
    outcome = upkeep.send_test(address)
    if not isinstance(outcome, Delivered):
        raise Refused(f"Not sent: {outcome.problem}.")
    sender = settings().sender_address
    output.show({"to": address, "from": sender, "sent": True}, f"Sent to {address} from {sender}.")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "mail": entry.payload.get("name"),
        "recipient": entry.recipient,
        "written": entry.created_at,
        "attempts": entry.attempts,
        "state": "waiting" if entry.dead_at is None else "dead",
        "problem": entry.last_error,
    }
