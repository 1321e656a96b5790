"""Every request of a client leaves a trace that says why it failed, and what a success left out."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from config import TraceSettings
from idp import clock as idp_clock
from idp import traces
from idp.extensions import db, transaction
from idp.jobs import purge
from idp.models import RequestTrace
from idp.oauth import causes
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import REDIRECT_URI, RelyingParty, answer
from tests.support.signer import signer

HASH = hashlib.sha256(b"secret").hexdigest()


@pytest.fixture
def overrides():
    return {"traces": TraceSettings(kept_per_client=5)}


@pytest.fixture
def rp(a):
    a.user()
    return a.client(client_name="Photos")


@pytest.fixture
def latest(app):
    """The newest trace of a client."""

    def read(client_id):
        with app.app_context(), transaction():
            found = traces.latest_of(client_id, 1)
        assert found, "no trace was left"
        return found[0]

    return read


def test_the_name_of_a_pushed_request_is_a_secret_while_it_is_good(rp, latest):
    """A105: whoever reads traces could have it answered in another browser."""
    data = rp.parameters()
    pushed = rp.client.post("/par", data=data, headers=rp.basic(), base_url=rp.issuer).json
    name = pushed["request_uri"]

    rp.client.get(f"/authorize?client_id={rp.client_id}&request_uri={name}", base_url=rp.issuer)

    assert name[-43:] not in str(latest(rp.client_id))
    assert ("request_uri", f"{name[:-43]}(43 characters)") in latest(rp.client_id).received


def code_of(browser, rp, **parameters):
    browser.open(rp.authorization_url(**parameters))
    if browser.page == "sign-in":
        browser.submit(username=EMAIL, password=PASSWORD)
    if browser.page == "consent":
        browser.press("Allow")
    return answer(browser.left_for)["code"]


def told(trace):
    """Everything a developer reads, in one text."""
    cause = causes.of(trace.cause)
    differences = [f"{one.what} {one.expected} {one.received}" for one in trace.differences]
    return " ".join([cause.means, cause.fix, cause.section, *differences])


# --- the authorization endpoint ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        (REDIRECT_URI + "/", "differs by a slash at the end"),
        (REDIRECT_URI.replace("https", "http"), "differs by http and https"),
        (REDIRECT_URI.upper().replace("HTTPS", "https"), "differs by capital letters"),
        (REDIRECT_URI + "?tenant=1", "differs after the question mark"),
        (REDIRECT_URI.replace("callback", "signin-oidc"), "differs in its path"),
        ("https://app.example.org/callback", "differs in its host or port"),
    ],
)
def test_a_redirect_uri_that_is_almost_right(rp, browser, latest, uri, kind):
    browser.open(rp.authorization_url(redirect_uri=uri))

    trace = latest(rp.client_id)
    assert (browser.status, trace.endpoint, trace.outcome) == (400, "authorize", "invalid_request")
    assert trace.reference == browser.find("[data-reference]").text.strip()
    (difference,) = trace.differences
    assert kind in difference.what
    assert (difference.expected, difference.received) == (REDIRECT_URI, uri)
    assert (trace.passed, trace.failed) == (("client_id",), "redirect_uri")
    assert kind in browser.text, "the page tells the kind of the mistake"
    assert REDIRECT_URI not in browser.text.replace(uri, ""), "and no registered address"


def test_a_client_that_nobody_knows_is_found_by_the_reference_of_the_page(rp, browser, app):
    browser.open(rp.authorization_url(client_id="nobody"))
    reference = browser.find("[data-reference]").text.strip()

    with app.app_context():
        (trace,) = traces.of_reference(reference.lower())

    assert (trace.client_id, trace.cause) == (None, "client unknown")
    assert ("client_id", "nobody") in trace.received


def test_missing_pkce_names_the_judgement_and_the_fix(rp, browser, latest):
    browser.open(rp.authorization_url(code_challenge=None, code_challenge_method=None))

    trace = latest(rp.client_id)
    assert (trace.outcome, trace.failed) == ("invalid_request", "code_challenge")
    assert trace.passed[-1] == "require_registered_client"
    assert "must use PKCE" in told(trace)


def test_a_request_by_the_browser_of_an_app_that_has_to_push_it(a, browser, latest):
    rp = a.client(require_pushed_authorization_requests=True)

    browser.open(rp.authorization_url())

    trace = latest(rp.client_id)
    assert (trace.outcome, trace.failed) == ("invalid_request", "require_pushed")
    assert "has to push its requests" in told(trace)


def test_a_plain_request_of_an_app_that_has_to_sign_it(a, browser, latest):
    rp = a.client(require_signed_request_object=True, jwks=signer().jwks)

    browser.open(rp.authorization_url())

    trace = latest(rp.client_id)
    assert (trace.outcome, trace.failed) == ("invalid_request", "require_signed")
    assert "has to sign its requests" in told(trace)


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"response_mode": "web_message"}, "response_mode"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "reports:write"}, "scope"),
        ({"prompt": "none login"}, "prompt"),
        ({"max_age": "soon"}, "max_age"),
        ({"claims": "{"}, "claims"),
        ({"resource": "not a uri"}, "resource"),
        ({"id_token_hint": "x"}, "hinted_sub"),
    ],
    ids=str,
)
def test_every_judgement_explains_itself(rp, browser, latest, changes, failed):
    browser.open(rp.authorization_url(**changes))

    trace = latest(rp.client_id)
    assert (trace.failed, trace.cause) == (failed, failed)
    assert causes.of(trace.cause) is not causes.UNKNOWN


def test_an_answer_to_prompt_none_says_what_the_user_has_to_do(rp, browser, latest):
    browser.open(rp.authorization_url(prompt="none"))

    trace = latest(rp.client_id)
    assert (trace.outcome, trace.failed) == ("login_required", "the user")
    assert "without prompt=none" in told(trace)


def test_a_success_says_what_was_left_out_and_why(rp, browser, latest):
    browser.open(
        rp.authorization_url(scope="openid reports:write", acr_values="urn:mace:gold", nonsense="1")
    )

    trace = latest(rp.client_id)
    assert (trace.outcome, trace.failed) == ("ok", None)
    assert {one.what: one.why for one in trace.dropped} == {
        "scope reports:write": "not among the scopes that the application is registered for",
        "acr_values urn:mace:gold": "no level of this name",
        "nonsense": "no parameter of this name is known here",
    }


# --- the token endpoint -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "cause"),
    [
        (HASH, "secret is a hash"),
        ("$2b$12$" + "a" * 53, "secret is a hash"),
        ("not-the-right-one", "wrong secret"),
    ],
)
def test_a_wrong_secret_is_explained_by_its_shape(rp, latest, secret, cause):
    impostor = RelyingParty(rp.client, rp.issuer, rp.client_id, secret)

    response = impostor.token(grant_type="authorization_code", code="x")

    assert (response.status_code, response.json["error"]) == (401, "invalid_client")
    trace = latest(rp.client_id)
    assert (trace.endpoint, trace.outcome, trace.cause) == ("token", "invalid_client", cause)
    assert secret not in repr(trace)


def test_a_secret_with_a_line_break_is_recognised(rp, latest):
    padded = RelyingParty(rp.client, rp.issuer, rp.client_id, f"{rp.client_secret}\n")

    assert padded.token(grant_type="authorization_code", code="x").status_code == 401

    assert latest(rp.client_id).cause == "secret has spaces"


def test_another_method_than_the_registered_one(a, latest):
    pinned = a.client(token_endpoint_auth_method="client_secret_post")

    assert pinned.token(grant_type="authorization_code", code="x").status_code == 401

    (difference,) = latest(pinned.client_id).differences
    assert (difference.expected, difference.received) == (
        "client_secret_post",
        "client_secret_basic",
    )


def test_a_code_that_came_too_late_tells_its_age(rp, browser, latest, clock):
    code = code_of(browser, rp)
    clock.advance(seconds=72)

    assert rp.exchange(code).json["error"] == "invalid_grant"

    trace = latest(rp.client_id)
    (difference,) = trace.differences
    assert (trace.cause, difference.expected, difference.received) == (
        "code expired", "at most 60 seconds", "72 seconds",
    )  # fmt: skip


def test_a_code_that_was_used_tells_when(rp, browser, latest):
    code = code_of(browser, rp)
    rp.exchange(code)

    rp.exchange(code)

    assert "exchanged at" in told(latest(rp.client_id))


def test_a_code_of_another_application_and_one_of_nobody(a, rp, browser, latest):
    other = a.client(client_name="Other")

    other.exchange(code_of(browser, rp))
    assert latest(other.client_id).cause == "code of another client"
    other.exchange("made-up")
    assert latest(other.client_id).cause == "code never issued"


def test_another_redirect_uri_at_the_exchange(rp, browser, latest):
    rp.exchange(code_of(browser, rp), redirect_uri=REDIRECT_URI + "/")

    (difference,) = latest(rp.client_id).differences
    assert difference.what == "redirect_uri: differs by a slash at the end"
    assert (difference.expected, difference.received) == (REDIRECT_URI, REDIRECT_URI + "/")


@pytest.mark.parametrize("verifier", ["w" * 43, None])
def test_a_verifier_that_does_not_fit(rp, browser, latest, verifier):
    rp.exchange(code_of(browser, rp), code_verifier=verifier)

    assert "code_verifier" in told(latest(rp.client_id))


def test_a_missing_grant_type_names_the_content_type(rp, latest):
    rp.token(code="x")

    # Judged before the client is known: told under the name that the request claims.
    trace = latest(rp.client_id)
    assert trace.cause == "grant_type"
    assert "application/x-www-form-urlencoded" in told(trace)


def test_a_refresh_token_that_was_used(a, browser, latest):
    a.user()
    spa = a.client("spa", redirect_uris=[REDIRECT_URI])
    first = spa.exchange(code_of(browser, spa, scope="openid offline_access")).json
    spa.refresh(first["refresh_token"])

    spa.refresh(first["refresh_token"])

    assert "refresh in one place" in told(latest(spa.client_id))


def test_introspection_and_revocation_leave_traces_too(rp, latest):
    rp.client.post("/introspect", data={"token": "x"}, headers=rp.basic(), base_url=rp.issuer)
    assert (latest(rp.client_id).endpoint, latest(rp.client_id).outcome) == ("introspection", "ok")
    rp.client.post("/revoke", data={}, headers=rp.basic(), base_url=rp.issuer)
    trace = latest(rp.client_id)
    assert (trace.endpoint, trace.outcome) == ("revocation", "invalid_request")


# --- what is kept -----------------------------------------------------------------------------


def test_no_secret_is_in_any_trace(rp, browser, app):
    code = code_of(browser, rp, login_hint=EMAIL, state="state-is-private")
    tokens = rp.exchange(code).json
    rp.exchange(code)
    rp.refresh(tokens.get("refresh_token", "r" * 43))
    browser.open(rp.authorization_url(id_token_hint=tokens["id_token"], prompt="none"))

    with app.app_context():
        traces.flush()
        kept = str([row.details for row in db.session.scalars(select(RequestTrace))])

    planted = {
        code, tokens["access_token"], tokens["id_token"], rp.client_secret, rp.verifier, EMAIL,
        "state-is-private", rp.basic()["Authorization"].removeprefix("Basic "),
    }  # fmt: skip
    assert not [secret for secret in planted if secret in kept]


def test_traces_are_gone_after_a_day_and_a_client_keeps_its_share(rp, browser, app, clock):
    for _ in range(8):
        browser.open(rp.authorization_url(prompt="none"))
    with app.app_context():
        assert len(traces.latest_of(rp.client_id)) > 5
        purge.run(idp_clock.now())
        assert len(traces.latest_of(rp.client_id)) == 5
        purge.run(idp_clock.now() + timedelta(hours=25))
        assert traces.latest_of(rp.client_id) == []


def test_a_busy_client_has_a_ration_and_failures_have_a_larger_one(rp, a, app):
    machine = a.client("machine")
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(RequestTrace))
        for _ in range(30):
            assert machine.token(grant_type="client_credentials").status_code == 200
        for _ in range(30):
            machine.token(grant_type="client_credentials", scope="nothing")
        traces.flush()
        by_outcome = dict(
            db.session.execute(
                select(RequestTrace.outcome, func.count())
                .where(RequestTrace.client_id == machine.client_id)
                .group_by(RequestTrace.outcome)
            ).all()
        )
    assert before == 0
    assert by_outcome == {"ok": 20, "invalid_scope": 30}


def test_a_trace_that_cannot_be_written_costs_nobody_an_answer(rp, browser, app):
    with app.app_context(), transaction():
        db.session.execute(text("DROP TABLE request_traces"))

    browser.open(rp.authorization_url())
    with app.app_context():
        traces.flush()

    assert browser.page == "sign-in"


class TestOff:
    """A deployment that keeps nothing."""

    @pytest.fixture
    def overrides(self):
        return {"traces": TraceSettings(enabled=False)}

    def test_nothing_is_kept(self, a, browser, app):
        rp = a.client()
        browser.open(rp.authorization_url())

        with app.app_context():
            assert traces.latest_of(rp.client_id) == []


class TestTheCommand:
    """`idp trace`, for whoever has a terminal."""

    def test_a_reference_is_explained(self, rp, browser, app):
        browser.open(rp.authorization_url(redirect_uri=REDIRECT_URI + "/"))
        reference = browser.find("[data-reference]").text.strip()

        ran = app.test_cli_runner().invoke(args=["idp", "trace", reference])

        assert ran.exit_code == 0
        assert "expected  https://app.example/callback\n" in ran.output
        assert "received  https://app.example/callback/\n" in ran.output
        assert "Register exactly the address" in ran.output

    def test_an_unknown_reference_is_refused(self, app):
        ran = app.test_cli_runner().invoke(args=["idp", "trace", "NOSUCH00"])

        assert ran.exit_code == 1
        assert "NOSUCH00" in ran.stderr
