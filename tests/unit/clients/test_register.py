import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from idp import clock as real_clock
from idp import models, opaque
from idp.clients import document, register, registry
from idp.clients.metadata import Invalid, ProposedClient
from idp.clients.register import Given, Registered
from idp.clients.templates import Template, propose
from idp.extensions import db, transaction
from tests.support.race import at_once
from tests.support.statements import recorded
from tests.unit.clients import test_document as documents

WEB = replace(propose(Template.WEB, "Photos"), redirect_uris=("https://app.example/cb",))
SPA = replace(propose(Template.SPA, "Photos"), redirect_uris=("https://app.example/",))


def registered(proposed: ProposedClient = WEB) -> Registered:
    with transaction():
        made = register.register(proposed)
    assert isinstance(made, Registered)
    return made


def put(client_id, secret, proposed=WEB):
    with transaction():
        return register.put(Given(client_id, secret), proposed)


def events(client_id):
    rows = select(models.AuditEvent.type).where(models.AuditEvent.client_id == client_id)
    return list(db.session.scalars(rows.order_by(models.AuditEvent.id)))


def accepts(client_id, secret):
    return registry.find(client_id).accepts_secret(secret, real_clock.now())


def test_a_registered_client_is_found_with_everything_it_asked_for(app):
    wanted = replace(
        WEB,
        min_acr="urn:idp:loa:2fa",
        trusted=True,
        default_max_age=60,
        metadata={"client_uri": "https://app.example"},
    )
    made = registered(wanted)

    client = registry.find(made.client.client_id)
    assert client == made.client
    assert client.redirect_uris == WEB.redirect_uris
    assert client.scopes == set(WEB.scope.split())
    assert (client.min_acr, client.trusted, client.default_max_age) == ("urn:idp:loa:2fa", True, 60)
    assert client.home_url == "https://app.example"
    assert events(client.client_id) == ["client_registered"]


def test_a_secret_has_256_bits_and_is_kept_as_a_digest_only(app):
    made = registered()

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made.client_secret)
    assert accepts(made.client.client_id, made.client_secret)
    assert not accepts(made.client.client_id, made.client_secret[:-1])
    stored = db.session.scalars(select(models.ClientSecret.digest)).all()
    assert stored == [opaque.digest(made.client_secret)]
    assert made.client_secret not in repr(made)


def test_a_public_client_gets_no_secret(app):
    made = registered(SPA)

    assert made.client_secret is None
    assert made.client.secrets == ()
    assert made.client.rotate_refresh_tokens


def test_what_breaks_a_rule_is_not_registered(app):
    with transaction():
        refused = register.register(replace(WEB, redirect_uris=("http://evil.example/",)))

    assert isinstance(refused, Invalid)
    assert registry.everyone() == []


def test_a_registration_that_is_rolled_back_was_never_there(app):
    with suppress(ZeroDivisionError), transaction():
        client_id = register.register(WEB).client.client_id
        assert registry.find(client_id)
        raise ZeroDivisionError

    assert registry.find(client_id) is None


def test_an_import_takes_identity_and_secret_as_given(app):
    made = put("photos:prod", "s3cret")

    assert made.client_secret is None
    assert accepts("photos:prod", "s3cret")


def test_importing_the_same_again_changes_nothing(app):
    put("photos", "s3cret")
    before = registry.find("photos")
    put("photos", "s3cret")

    assert registry.find("photos") == before


def test_an_import_replaces_metadata_and_secret(app):
    put("photos", "old")
    put("photos", "new", replace(WEB, client_name="Pictures", trusted=True))

    client = registry.find("photos")
    assert client.client_name == "Pictures"
    assert accepts("photos", "new")
    assert not accepts("photos", "old")
    last = db.session.scalars(
        select(models.AuditEvent.details).where(models.AuditEvent.type == "client_replaced")
    ).one()
    assert last == {"changed": ["client_name", "trusted"], "reason": ""}


def test_an_import_without_a_secret_keeps_the_one_there_is(app):
    put("photos", "s3cret")

    assert put("photos", None).client_secret is None
    assert accepts("photos", "s3cret")


def test_a_client_that_turns_public_loses_its_secrets_and_gets_one_when_it_turns_back(app):
    put("photos", "s3cret")
    put("photos", None, SPA)
    assert registry.find("photos").secrets == ()

    again = put("photos", None, WEB)
    assert accepts("photos", again.client_secret)


@pytest.mark.parametrize(
    ("client_id", "secret", "member"),
    [
        ("", "s", "client_id"),
        ("has space", "s", "client_id"),
        ("nul\x00", "s", "client_id"),
        ("ü", "s", "client_id"),
        ("x" * 256, "s", "client_id"),
        ("ok", "", "client_secret"),
        ("ok", "line\nbreak", "client_secret"),
        ("ok", "ü", "client_secret"),
    ],
)
def test_an_identity_that_no_request_could_carry_is_refused(app, client_id, secret, member):
    refused = put(client_id, secret)

    assert refused.problems.keys() == {member}
    assert registry.find(client_id) is None


def test_a_secret_for_a_public_client_is_refused(app):
    assert put("spa", "s3cret", SPA).problems.keys() == {"client_secret"}


def test_of_many_imports_at_once_one_creates_and_the_others_replace(app):
    def attempt():
        with app.app_context():
            return put("photos", "s3cret")

    results = at_once(6, attempt)

    assert all(isinstance(result, Registered) for result in results)
    assert db.session.scalar(select(func.count()).select_from(models.Client)) == 1
    assert accepts("photos", "s3cret")


def test_replacing_an_unknown_client_says_so(app):
    with transaction():
        assert register.replace("nobody", WEB) is None


def test_two_secrets_are_good_during_a_change_and_never_three(app, clock):
    first = registered()
    client_id = first.client.client_id
    with transaction():
        second = register.rotate_secret(client_id, timedelta(hours=1))
    clock.advance(minutes=1)
    assert accepts(client_id, first.client_secret)
    assert accepts(client_id, second)

    with transaction():
        third = register.rotate_secret(client_id, timedelta(hours=1))

    assert [accepts(client_id, s) for s in (first.client_secret, second, third)] == [
        False,
        True,
        True,
    ]
    clock.advance(hours=1)
    assert not accepts(client_id, second)
    assert accepts(client_id, third)
    assert len(registry.find(client_id).secrets) == 2


def test_rotations_at_once_leave_two_secrets(app):
    client_id = registered().client.client_id

    def attempt():
        with app.app_context(), transaction():
            return register.rotate_secret(client_id, timedelta(hours=1))

    made = at_once(6, attempt)

    assert sum(accepts(client_id, secret) for secret in made) == 2
    assert len(registry.find(client_id).secrets) == 2


def test_a_public_or_unknown_client_has_no_secret_to_rotate(app):
    public = registered(SPA).client.client_id
    with transaction():
        assert register.rotate_secret(public, timedelta(0)) is None
        assert register.rotate_secret("nobody", timedelta(0)) is None


def test_disabling_and_enabling_happen_once_each(app):
    client_id = registered().client.client_id
    with transaction():
        assert register.disable(client_id)
        assert not register.disable(client_id)
    assert not registry.find(client_id).is_enabled
    with transaction():
        assert register.enable(client_id)
        assert not register.enable(client_id)

    assert registry.find(client_id).is_enabled
    assert events(client_id) == ["client_registered", "client_disabled", "client_enabled"]


def family(client_id, user):
    row = models.TokenFamily(
        client_id=client_id,
        user_id=user.id,
        scope="openid",
        approval={},
        expires_at=real_clock.now() + timedelta(days=30),
    )
    db.session.add(row)
    return row


@pytest.mark.parametrize("end", [register.disable, register.remove])
def test_what_a_client_was_given_ends_with_it(app, end):
    put("photos", "s3cret")
    with transaction():
        user = models.User(name="Ann")
        db.session.add(user)
        db.session.flush()
        given = family("photos", user)
    with transaction():
        end("photos")

    revoked = select(models.TokenFamily.revoked_at).where(models.TokenFamily.id == given.id)
    assert db.session.scalar(revoked) is not None
    put("photos", "s3cret")
    assert db.session.scalar(revoked) is not None


def test_a_removed_client_is_gone_with_its_secrets(app):
    put("photos", "s3cret")
    with transaction():
        assert register.remove("photos")
        assert not register.remove("photos")

    assert registry.find("photos") is None
    assert db.session.scalar(select(func.count()).select_from(models.ClientSecret)) == 0


def test_looking_up_a_known_client_asks_the_database_nothing(app):
    client_id = registered().client.client_id
    registry.find(client_id)

    with recorded(db.engine) as record:
        for _ in range(20):
            assert registry.find(client_id)
    assert record.statements == []


@pytest.mark.parametrize("client_id", ["", "\x00", "ü", "a b", "x" * 256, "' OR 1=1 --", "\ud800"])
def test_a_client_id_that_nobody_can_have_is_unknown(app, client_id):
    assert registry.find(client_id) is None


def test_a_document_of_a_client_makes_the_same_client_again(app):
    wanted = replace(
        WEB,
        min_acr="2",
        default_acr_values=("1",),
        access_token_lifetime=300,
        metadata={"client_name#fr": "Photos", "contacts": ["ann@example.com"]},
    )
    client = registered(wanted).client

    again = document.from_document(json.loads(json.dumps(document.as_document(client))))
    put(client.client_id, None, again)

    assert registry.find(client.client_id) == client


def test_whatever_passes_the_rules_can_be_stored(app):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(documents.st.dictionaries(documents.MEMBER, documents.JSON, max_size=5))
    def store(members):
        asked = document.from_document(documents.PHOTOS | members)
        if isinstance(asked, Invalid):
            return
        with transaction():
            made = register.register(asked)
        if isinstance(made, Registered):
            json.dumps(document.as_document(made.client))

    store()
