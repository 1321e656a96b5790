"""A111, A112: master keys and signing keys that have been replaced open and verify, and do no more;
on the way from one to the next nobody loses a factor, and without a key nothing starts.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp import sealing
from idp.cli import serve
from idp.extensions import db, transaction
from idp.models import OutboundMessage, RecoveryCodeSet, SigningKey, TotpCredential
from idp.outbox import secret as outbox_secret
from idp.signing import jwt, keystore, rotation
from tests.support import provider, run
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone
from tests.support.time_travel import Clock

Command = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ring of one's own, by which the template of the database was sealed."""
    return Path(shutil.copytree(provider.keys_dir(run.folder()), tmp_path / "keys"))


@pytest.fixture
def overrides(folder: Path) -> dict[str, Any]:
    return {"keys_dir": folder}


@pytest.fixture
def idp(app: Flask) -> Command:
    def ran(*words: str) -> Any:
        return app.test_cli_runner().invoke(args=["idp", *words])

    return ran


@pytest.fixture
def started(idp: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What `idp serve` says instead of starting; nothing when it starts."""
    monkeypatch.setattr(serve, "_become", lambda *_chosen: None)
    return lambda: idp("serve", "--threads", "2").stderr


def reload(app: Flask) -> sealing.KeyRing:
    """As every node does when it gets SIGHUP."""
    ring = sealing.load(app.extensions["idp.settings"].keys_dir)
    app.extensions["idp.keyring"] = ring
    return ring


def change_key(idp: Command, app: Flask) -> tuple[str, str]:
    """The whole way to another master key but for what is kept; the old one and the new one."""
    old = app.extensions["idp.keyring"].active_id
    new = json.loads(idp("keys", "ring", "add", "--json").stdout)["id"]
    assert reload(app).active_id == old
    idp("keys", "ring", "use", new)
    assert reload(app).active_id == new
    return old, new


def heads(app: Flask) -> set[str]:
    """The master keys that sealed values name."""
    columns = (TotpCredential.secret_sealed, SigningKey.private_sealed)
    with app.app_context():
        values = [v for one in columns for v in db.session.scalars(select(one))]
        values += [v for v in db.session.scalars(select(RecoveryCodeSet.codes_sealed)) if v]
        values += [v for v in db.session.scalars(select(OutboundMessage.secret_sealed)) if v]
    return {value[: sealing.ID_SIZE].decode() for value in values}


def test_a_change_of_the_master_key_loses_no_factor(
    a: Factory, app: Flask, idp: Command, clock: Clock, browser: Browser
) -> None:
    """A112, R22: enrolments under way, authenticators, recovery codes, passwords, mails, forms."""
    rp, bob = a.client(trusted=True), a.user("bob@example.com")
    phone, codes = a.phone(bob), a.recovery_codes(bob)
    a.user()
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).open("/account/totp")
    pending = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    with app.app_context(), transaction():
        waiting = OutboundMessage(kind="mail", recipient=EMAIL, expires_at=clock.now())
        db.session.add(waiting)
        db.session.flush()
        waiting.secret_sealed = outbox_secret.seal(b"a link", waiting.id)
        message = waiting.id

    old, new = change_key(idp, app)
    moved = json.loads(idp("keys", "ring", "reseal", "--json").stdout)

    assert (moved["active"], moved["broken"]) == (new, 0)
    assert heads(app) == {new}
    browser.submit(code=pending.code())  # a form, and a secret, from before
    assert browser.page == "recovery-codes"
    with app.app_context():
        sealed = db.session.get_one(OutboundMessage, message).secret_sealed
        assert outbox_secret.unseal(sealed, message) == b"a link"
        assert keystore.active("ES256")
    for typed in (phone.code(), codes[0]):
        window = Browser(app.test_client(), rp.issuer).open(rp.authorization_url())
        window.submit(username="bob@example.com", password=PASSWORD)
        if typed == codes[0]:
            window.follow("Use a recovery code")
        assert window.submit(code=typed).left_for or window.page == "enrol-totp"

    [retired] = [key for key in listed(idp) if key["id"] == old]
    assert retired["state"] == "opens"
    # Hashes cannot be moved: nine codes, and the password of whoever has not typed it since.
    assert retired["needed_by"] == {
        "passwords.pepper_key_id": 1,
        "recovery_codes.digest_key_id": 10,
    }


def listed(idp: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(idp("keys", "ring", "list", "--json").stdout)
    return found


def test_a_value_that_was_altered_is_left_alone_and_told(
    a: Factory, app: Flask, idp: Command
) -> None:
    a.phone(a.user())
    with app.app_context(), transaction():
        row = db.session.scalars(select(TotpCredential)).one()
        row.secret_sealed = altered = row.secret_sealed[:-1] + bytes([row.secret_sealed[-1] ^ 1])
    change_key(idp, app)

    assert "1 open under no key" in idp("keys", "ring", "reseal").stdout
    with app.app_context():
        assert db.session.scalars(select(TotpCredential.secret_sealed)).one() == altered


def test_nothing_starts_without_a_key_that_something_names(
    a: Factory, app: Flask, folder: Path, idp: Command, started: Callable[[], str]
) -> None:
    """A112, R8, R22: a missing file, an old copy of the folder, another key of the same name."""
    a.user()
    assert started() == ""
    old, new = change_key(idp, app)
    idp("keys", "ring", "reseal")
    kept = (folder / f"{old}.key").read_bytes()

    (folder / f"{old}.key").unlink()
    reload(app)
    assert f"needs master keys that are not in {folder}: {old}" in started()
    assert f"not in {folder}: {old}" in idp("jobs", "--once").stderr

    (folder / f"{old}.key").write_bytes(kept)
    (folder / f"{old}.key").chmod(0o600)
    (folder / f"{new}.key").rename(folder.parent / "away")
    sealing.activate(folder, old)
    reload(app)
    assert f"not in {folder}: {new}" in started()

    (folder / f"{new}.key").write_bytes(kept)
    (folder / f"{new}.key").chmod(0o600)
    reload(app)
    assert f"do not open what was sealed under their names: {new}" in started()

    (folder.parent / "away").rename(folder / f"{new}.key")
    reload(app)
    assert started() == ""


def test_a_key_that_is_not_there_is_not_used(app: Flask, idp: Command) -> None:
    before = app.extensions["idp.keyring"].active_id

    ran = idp("keys", "ring", "use", "deadbeef")

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert reload(app).active_id == before


def test_a_replaced_signing_key_verifies_and_cannot_sign(app: Flask, clock: Clock) -> None:
    """A111: the process does not even hold its private part."""
    claims = {"iss": provider.ISSUER, "exp": int(clock.now().timestamp()) + 9_000_000}
    with app.app_context():
        replaced = keystore.active("ES256")
        signed = jwt.sign(jwt.ID_TOKEN, claims, "ES256")
        assert replaced.key.is_private
        with transaction():
            rotation.rotate_at_once("ES256")

        assert jwt.verify(signed, typ=jwt.ID_TOKEN, algs=["ES256"])
        assert jwt.sign(jwt.ID_TOKEN, claims, "ES256").split(".")[0] != signed.split(".")[0]
        clock.advance(seconds=2)
        still_known = keystore.verifying(replaced.kid)
        assert still_known is not None
        assert not still_known.key.is_private


def test_a_replaced_master_key_seals_and_hashes_nothing_more(
    a: Factory, app: Flask, idp: Command
) -> None:
    """A111."""
    old, new = change_key(idp, app)
    before = counted(idp, old)

    person = a.user("new@example.com")
    a.phone(person)
    a.recovery_codes(person)

    assert counted(idp, old) == before
    assert counted(idp, new)["passwords.pepper_key_id"] == 1


def counted(idp: Command, key_id: str) -> dict[str, int]:
    [found] = [key["needed_by"] for key in listed(idp) if key["id"] == key_id]
    return dict(found)
