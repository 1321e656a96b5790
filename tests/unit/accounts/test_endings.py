"""What ends when an account is disabled, loses a factor or signs out."""

import pytest
from sqlalchemy import func, select

from idp import clock as time
from idp import opaque, origin, throttle
from idp.accounts import disable, factors, password_link, sign_out
from idp.authentication import browser_accounts, proof_rows, recovery_code, session, totp
from idp.authentication.assurance import Assurance
from idp.authentication.evidence import Evidence, Method
from idp.extensions import db
from idp.models import TokenFamily


@pytest.fixture
def user(a):
    return a.user()


@pytest.fixture
def sign_in(user, work):
    """A session with a password proof; gives the cookie's value."""

    def begin():
        proof = Evidence(Method.PASSWORD, user.id, opaque.identifier(), time.now())
        return browser_accounts.begin(user.id, (proof_rows.record(proof, interaction_id=None),))[1]

    return lambda: work(begin)


@pytest.fixture
def recognise(work):
    return lambda token: work(lambda: session.recognise(token))


@pytest.fixture
def issue(user, work):
    """Tokens of a client for the user."""

    def family(session_id, *, offline):
        db.session.add(
            TokenFamily(
                client_id="web",
                user_id=user.id,
                session_id=session_id,
                scope="openid",
                approval={},
                offline=offline,
                expires_at=time.now(),
            )
        )

    return lambda session_id=None, *, offline=True: work(
        lambda: family(session_id, offline=offline)
    )


@pytest.fixture
def live_families(work):
    live = select(func.count()).select_from(TokenFamily).where(TokenFamily.revoked_at.is_(None))
    return lambda: work(lambda: db.session.scalar(live))


def test_disabling_ends_everything_at_once(user, sign_in, recognise, issue, live_families, work):
    token = sign_in()
    issue()

    assert work(lambda: disable.disable(user))

    assert recognise(token) is None
    assert live_families() == 0
    assert not work(lambda: disable.disable(user))


def test_enabling_brings_nothing_back(user, sign_in, recognise, issue, live_families, work):
    token = sign_in()
    issue()
    work(lambda: disable.disable(user))

    assert work(lambda: disable.enable(user))

    assert recognise(token) is None
    assert live_families() == 0
    assert not work(lambda: disable.enable(user))


def test_signing_out_ends_what_hangs_from_the_session(
    sign_in, recognise, issue, live_families, work
):
    here, there = sign_in(), sign_in()
    current = recognise(here)
    issue(current.id, offline=False)
    issue(current.id, offline=True)

    assert work(lambda: sign_out.end_session(current))

    assert recognise(here) is None
    assert recognise(there)
    assert live_families() == 1
    assert not work(lambda: sign_out.end_session(current))


def test_removing_an_app_ends_the_other_sessions_and_all_tokens(
    a, user, sign_in, recognise, issue, live_families, work
):
    a.phone(user)
    here, there = sign_in(), sign_in()
    issue()
    (app,) = work(lambda: totp.enrolled(user))
    origin.acting_as("user", recognise(here).sid)

    assert work(lambda: factors.remove_totp(user, app.id))

    origin.enter(origin.Origin())
    assert recognise(here)
    assert recognise(there) is None
    assert live_families() == 0


def test_recovery_codes_go_with_the_last_app(a, user, work):
    a.phone(user)
    a.phone(user)
    work(lambda: recovery_code.begin(user, "here"))
    work(lambda: recovery_code.confirm_saved(user, "here"))
    first, second = work(lambda: totp.enrolled(user))

    work(lambda: factors.remove_totp(user, first.id))
    assert work(lambda: recovery_code.left(user)) == 10
    work(lambda: factors.remove_totp(user, second.id))

    assert work(lambda: recovery_code.left(user)) == 0


def test_unlocking_lifts_the_waits(user, work, audited):
    for _ in range(11):
        work(lambda: throttle.attempt("password", user=user.id))

    assert work(lambda: disable.unlock(user))

    assert isinstance(
        work(lambda: throttle.attempt("totp", user=user.id, interaction="i")), throttle.Taken
    )
    assert not work(lambda: disable.unlock(a_stranger(user)))
    assert audited()["user_unlocked"] == 1


def a_stranger(user):
    return type(user)(id=opaque.identifier(), name="Nobody")


def test_a_new_password_by_link_ends_sessions_and_tokens(
    user, sign_in, recognise, issue, live_families, work
):
    token = sign_in()
    issue()
    link = work(lambda: password_link.find(password_link.issue(user)))

    assert work(lambda: password_link.consume(link, "chosen by the owner herself")) is True

    assert recognise(token) is None
    assert live_families() == 0


def test_a_factor_enrolled_in_a_session_counts_in_it_and_changes_its_cookie(
    user, sign_in, recognise, work
):
    token = sign_in()
    proof = Evidence(Method.TOTP, user.id, opaque.identifier(), time.now())

    renewed = work(lambda: factors.strengthen_session(session.recognise(token), proof))

    assert recognise(token) is None
    assert {one.method for one in recognise(renewed).proofs} == {Method.PASSWORD, Method.TOTP}


def test_only_clients_that_demand_two_factors_are_named(a, user, work):
    from idp.grants import consent

    strict = a.client(client_name="Bank", min_acr="urn:idp:loa:2fa")
    plain = a.client(client_name="Notes")
    work(lambda: consent.remember(user.id, strict.client_id, ["openid"]))
    work(lambda: consent.remember(user.id, plain.client_id, ["openid"]))

    assert work(lambda: factors.clients_that_demand(user, Assurance.TWO_FACTOR)) == ["Bank"]
