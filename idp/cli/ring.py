"""The master keys: a new one, which of them seals, and bringing what is kept under it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from idp import audit, sealed_values, sealing
from idp.audit import catalogue
from idp.cli import output
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.extensions import keyring, settings, transaction

group = AppGroup("ring", help="The master keys in IDP_KEYS_DIR, which seal secrets.")


def require_complete() -> None:
    """Nothing that is kept may need a key that is not there, or is another one of its name."""
    folder = settings().keys_dir
    if missing := sealed_values.missing():
        raise Refused(
            f"What is kept needs master keys that are not in {folder}: {', '.join(missing)}."
            " Bring their files back from a backup of the ring."
        )
    if wrong := sealed_values.wrong():
        raise Refused(
            f"Master keys in {folder} do not open what was sealed under their names:"
            f" {', '.join(wrong)}. Bring the right files back from a backup of the ring."
        )


@group.command("list")
@output.json_option
def list_() -> None:
    """Every master key, and how many values of which kind need it."""
    ring, named = keyring(), sealed_values.named()
    ids = [*ring.keys, *(key_id for key_id in named if key_id not in ring.keys)]
    keys = [
        {
            "id": key_id,
            "state": _state(key_id, ring),
            "needed_by": dict(sorted(named.get(key_id, {}).items())),
        }
        for key_id in ids
    ]
    rows = [(key["id"], key["state"], _worded(key["needed_by"])) for key in keys]
    output.show(keys, output.table(("id", "state", "needed by"), rows))


@group.command("add")
@reasons.asked
@output.json_option
def add() -> None:
    """Make a new master key, which opens and does not seal yet. Then copy it to every node."""
    key_id = sealing.add(settings().keys_dir)
    with transaction():
        audit.record(catalogue.MasterKeyMade(key=key_id))
    path = settings().keys_dir / f"{key_id}.key"
    output.show(
        {"id": key_id, "file": path},
        f"{path} is made. Back it up, copy it to every node, reload them, and then:"
        f" idp keys ring use {key_id}",
    )


@group.command("use")
@click.argument("key_id", metavar="ID")
@reasons.asked
@output.json_option
def use(key_id: str) -> None:
    """Seal with this key from the next reload on. On every node, once all have its file."""
    try:
        sealing.activate(settings().keys_dir, key_id)
    except sealing.KeyRingError as error:
        raise Refused(f"Not used: {error}.") from error
    with transaction():
        audit.record(catalogue.MasterKeyChosen(key=key_id))
    output.show(
        {"active": key_id},
        f"{key_id} seals from the next reload on. When every node uses it: idp keys ring reseal",
    )


@group.command("reseal")
@reasons.asked
@output.json_option
def reseal() -> None:
    """Seal what is kept under other keys anew under the active one, while nodes serve."""
    moved = sealed_values.move_to_active()
    active = keyring().active_id
    event = catalogue.SecretsResealed(key=active, count=moved.count, broken=moved.broken)
    with transaction():
        audit.record(event)
    said = f"{moved.count} values are sealed under {active} now."
    if moved.broken:
        said += f" {moved.broken} open under no key, and were left as they are."
    output.show({"active": active, "moved": moved.count, "broken": moved.broken}, said)


def _state(key_id: str, ring: sealing.KeyRing) -> str:
    if key_id not in ring.keys:
        return "missing"
    return "active" if key_id == ring.active_id else "opens"


def _worded(needed_by: object) -> str:
    if not isinstance(needed_by, dict):
        return ""
    return ", ".join(f"{count} {name}" for name, count in needed_by.items()) or "nothing"
