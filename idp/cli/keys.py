"""The key ring of the deployment, and the signing keys that it seals."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from pydantic import ValidationError

import config
from idp import audit, clock, sealing
from idp.audit import catalogue
from idp.cli import output, ring
from idp.cli import reason as reasons
from idp.cli.output import Refused
from idp.extensions import settings, transaction
from idp.signing import keystore, rotation
from idp.signing.algorithms import ALGORITHMS, OFFERED

group = AppGroup("keys", help="Signing keys, and the key ring that seals them.")
group.add_command(ring.group)


@group.command("init", with_appcontext=False)
@output.json_option
def init() -> None:
    """Create the key ring, unless there is one.

    Production refuses to start without a ring, so this needs no app: python -m idp keys init
    """
    try:
        folder = config.Settings().keys_dir
        is_new = not any(folder.glob("*.key"))
        found = sealing.load_or_create(folder)
    except (ValidationError, sealing.KeyRingError, OSError) as error:
        raise Refused(f"No key ring: {error}") from error
    made = "made" if is_new else "found"
    output.show(
        {"folder": folder, "active": found.active_id, "created": is_new},
        f"Key ring {made} in {folder}, active key {found.active_id}. Back it up apart from the"
        " database: without it nothing sealed can be read again.",
    )


@group.command("list")
@output.json_option
def list_() -> None:
    """Every signing key and where it stands in its life: by algorithm, the newest first."""
    now, order = clock.now(), list(ALGORITHMS)
    keys = [
        {
            "kid": key.kid,
            "alg": key.alg,
            "state": key.state(now).value,
            "published_at": key.published_at,
            "activates_at": key.activates_at,
            "retires_at": key.retires_at,
            "retired_at": key.retired_at,
        }
        for key in sorted(keystore.current().by_kid.values(), key=lambda key: order.index(key.alg))
    ]
    titles = ("alg", "state", "activates_at", "retires_at", "kid")
    rows = (tuple(key[title] for title in titles) for key in keys)
    output.show(keys, output.table(titles, rows))


@group.command("rotate")
@click.option("--alg", type=click.Choice(list(ALGORITHMS)), help="Only this one; else all.")
@click.option("--now", "at_once", is_flag=True, help="An emergency: sign with the new key at once.")
@reasons.asked
@output.json_option
def rotate(*, alg: str | None, at_once: bool) -> None:
    """Publish a successor of each signing key; it takes over after the publication lead."""
    chosen = [alg] if alg else OFFERED
    succeed = rotation.rotate_at_once if at_once else rotation.rotate
    takes_over = "at_once" if at_once else "after_publication"
    made = []
    try:
        with transaction():
            for one in chosen:
                kid = succeed(one)
                audit.record(catalogue.SigningKeyRotated(alg=one, kid=kid, takes_over=takes_over))
                made.append({"alg": one, "kid": kid, "takes_over": takes_over})
    except rotation.NotRotated as why:
        raise Refused(f"Nothing was rotated. {why}.") from why
    wait = settings().signing_keys.publication_lead
    when = "signs from now on" if at_once else f"signs in {wait}"
    output.show(made, "\n".join(f"{key['alg']}  {key['kid']}  {when}" for key in made))


@group.command("revoke")
@click.argument("kid")
@reasons.asked
@output.json_option
def revoke(kid: str) -> None:
    """Forget a compromised key that no longer signs: what it signed is worth nothing now."""
    try:
        with transaction():
            rotation.revoke(kid)
            audit.record(catalogue.SigningKeyRevoked(kid=kid))
    except rotation.NotRotated as why:
        raise Refused(f"Not revoked: {why}.") from why
    output.show({"kid": kid, "state": "revoked"}, f"{kid} is revoked.")
