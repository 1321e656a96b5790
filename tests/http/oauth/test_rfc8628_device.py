"""The device grant: a device waits, a user decides in a browser, and the tokens tell the truth."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from idp.clients import document, register
from idp.extensions import db, transaction
from idp.grants import consent
from idp.models import DeviceAuthorization, Grant
from idp.oauth import user_codes
from tests.http.oauth.conftest import refused
from tests.support.browser import Browser
from tests.support.factories import EMAIL, PASSWORD
from tests.support.relying_party import claims
from tests.support.spec_matrix import spec

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LOOPBACK = ["http://127.0.0.1/callback"]


def ask(rp, **fields):
    """The device authorization request of a client."""
    data = {"scope": "openid profile"} | fields
    headers = rp.basic() if rp.client_secret else {}
    if not rp.client_secret:
        data.setdefault("client_id", rp.client_id)
    return rp.client.post("/device_authorization", data=data, headers=headers, base_url=rp.issuer)


def poll(rp, device_code, **fields):
    return rp.token(grant_type=GRANT, device_code=device_code, **fields)


@pytest.fixture
def tv(a):
    return a.client("native", client_name="Television", redirect_uris=LOOPBACK)


@pytest.fixture
def asked(tv):
    return ask(tv).json


@pytest.fixture
def ann(a):
    return a.user()


@pytest.fixture
def another_browser(app, settings):
    return Browser(app.test_client(), settings.issuer)


def open_question(browser, asked):
    """Up to the page that asks."""
    browser.open(asked["verification_uri"]).submit(user_code=asked["user_code"])
    if browser.page == "sign-in":
        browser.submit(username=EMAIL, password=PASSWORD)
    return browser


def allow(browser, asked):
    return open_question(browser, asked).press("Allow")


# --- the device asks --------------------------------------------------------------------------


@spec("RFC 8628", "3.1")
@spec("RFC 8628", "3.2")
def test_a_device_is_told_where_its_user_goes(tv):
    answer = ask(tv)

    body = answer.json
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert body == {
        "device_code": body["device_code"],
        "user_code": body["user_code"],
        "verification_uri": f"{tv.issuer}/device",
        "verification_uri_complete": f"{tv.issuer}/device?user_code={body['user_code']}",
        "expires_in": 600,
        "interval": 5,
    }


@spec("RFC 8628", "6.1")
def test_a_user_code_is_eight_letters_that_make_no_word(tv):
    codes = {ask(tv).json["user_code"] for _ in range(20)}

    assert len(codes) == 20
    letters = "[BCDFGHJKLMNPQRSTVWXZ]{4}"
    assert all(re.fullmatch(f"{letters}-{letters}", code) for code in codes)


@spec("RFC 8628", "5.2")
def test_neither_code_is_stored(app, asked):
    with app.app_context():
        row = db.session.query(DeviceAuthorization).one()
        stored = " ".join(str(getattr(row, column.key)) for column in row.__table__.columns)

    assert asked["device_code"] not in stored
    assert asked["user_code"].replace("-", "") not in stored
    assert row.user_code_digest != user_codes.read(asked["user_code"])


@spec("RFC 8628", "3.1")
def test_only_a_registered_client_with_the_grant_may_ask(rp, tv):
    refused(ask(rp), 400, "unauthorized_client")
    refused(ask(tv, client_id="nobody"), 401, "invalid_client")


@spec("RFC 8628", "3.1")
def test_a_confidential_client_proves_itself_as_at_the_token_endpoint(a):
    app = a.client(grant_types=["authorization_code", GRANT])
    without = app.client.post(
        "/device_authorization", data={"client_id": app.client_id, "scope": "openid"}
    )

    assert ask(app).status_code == 200
    refused(without, 401, "invalid_client")


@spec("RFC 8628", "3.1")
def test_scope_and_resource_are_those_of_the_client(a, tv):
    refused(ask(tv, scope="reports:write"), 400, "invalid_scope")
    refused(ask(tv, scope=""), 400, "invalid_scope")
    refused(ask(tv, resource="https://api.example/"), 400, "invalid_target")


def test_only_post_asks(tv):
    answer = tv.client.get(f"/device_authorization?client_id={tv.client_id}&scope=openid")

    refused(answer, 405, "invalid_request")


def test_one_address_asks_sixty_times_a_minute(tv, records):
    """R36."""
    answers = [ask(tv) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    refused(answers[-1], 429, "temporarily_unavailable")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert records.count(DeviceAuthorization) == 60


def test_a_client_may_have_no_redirect_at_all(app):
    proposed = document.from_document(
        {
            "client_name": "Television",
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "grant_types": [GRANT, "refresh_token"],
        }
    )

    with app.app_context(), transaction():
        registered = register.register(proposed)

    assert registered.client.response_types == frozenset()
    assert "openid" in registered.client.scopes


@spec("RFC 8628", "4")
def test_discovery_names_endpoint_and_grant(tv):
    document = tv.client.get("/.well-known/openid-configuration").json

    assert document["device_authorization_endpoint"] == f"{tv.issuer}/device_authorization"
    assert GRANT in document["grant_types_supported"]


# --- the device waits -------------------------------------------------------------------------


@spec("RFC 8628", "3.5")
def test_until_the_user_decides_it_is_pending(tv, asked, clock, records):
    for _ in range(3):
        refused(poll(tv, asked["device_code"]), 400, "authorization_pending")
        clock.advance(seconds=5)

    assert records.events("token_request_refused") == []


@spec("RFC 8628", "3.5")
def test_who_polls_too_fast_has_to_wait_longer_each_time(tv, asked, clock):
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")
    refused(poll(tv, asked["device_code"]), 400, "slow_down")  # 10 s from now on
    clock.advance(seconds=6)
    refused(poll(tv, asked["device_code"]), 400, "slow_down")  # 15 s
    clock.advance(seconds=13)
    refused(poll(tv, asked["device_code"]), 400, "slow_down")  # 20 s
    clock.advance(seconds=20)
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")


@spec("RFC 8628", "3.5")
def test_a_device_code_expires(tv, asked, clock, browser, ann):
    allowed = ask(tv).json
    allow(browser, allowed)
    clock.advance(minutes=10)

    refused(poll(tv, asked["device_code"]), 400, "expired_token")
    refused(poll(tv, allowed["device_code"]), 400, "expired_token")


@spec("RFC 8628", "3.4")
def test_a_device_code_belongs_to_its_client(a, tv, asked, browser, ann):
    other = a.client("native", redirect_uris=LOOPBACK)
    allow(browser, asked)

    refused(poll(other, asked["device_code"]), 400, "invalid_grant")
    assert poll(tv, asked["device_code"]).status_code == 200


@spec("RFC 8628", "3.5")
def test_what_is_no_device_code_is_no_grant(tv, asked):
    """A79."""
    for value in ("x", "dc_x", asked["user_code"], "A" * 9_000):
        refused(poll(tv, value), 400, "invalid_grant")
    refused(poll(tv, None), 400, "invalid_request")


def test_no_other_endpoint_takes_a_device_code(tv, asked, browser, ann):
    """A79."""
    allow(browser, asked)
    code = asked["device_code"]

    refused(tv.exchange(code), 400, "invalid_grant")
    refused(tv.refresh(code), 400, "invalid_grant")
    assert tv.userinfo(code).status_code == 401
    revoked = tv.client.post("/revoke", data={"client_id": tv.client_id, "token": code})
    assert revoked.status_code == 200
    assert poll(tv, code).status_code == 200


# --- the user decides -------------------------------------------------------------------------


@spec("RFC 8628", "3.3")
@spec("RFC 8628", "5.4")
def test_the_page_names_the_app_what_it_wants_and_where_it_asked(browser, asked, ann):
    open_question(browser, asked)

    assert browser.page == "device"
    for words in ("Television", "See your profile", "Ann Example", "127.0.0.1", EMAIL):
        assert words in browser.text


@pytest.mark.parametrize(
    ("home", "words"),
    [({}, "to continue to Kettle"), ({"client_uri": "https://k.example"}, "Kettle (k.example)")],
    ids=["no address", "a home page"],
)
def test_who_signs_in_for_a_device_reads_the_address_of_its_maker_if_there_is_one(
    a, browser, ann, home, words
):
    grants = [GRANT, "refresh_token"]
    kettle = a.client(
        "native",
        client_name="Kettle",
        redirect_uris=[],
        response_types=[],
        grant_types=grants,
        **home,
    )
    asked = ask(kettle).json

    browser.open(asked["verification_uri"]).submit(user_code=asked["user_code"])

    assert browser.page == "sign-in"
    assert browser.find(".card-head p").get_text(strip=True).endswith(words)


def test_coming_back_to_the_question_says_that_the_device_has_its_answer(browser, asked, ann):
    open_question(browser, asked)
    question = browser.url
    browser.press("Allow")

    browser.open(question)

    assert (browser.status, browser.page) == (410, "expired")
    assert "The device has its answer." in browser.text
    assert "sign in" not in browser.find("main").get_text().lower().replace("sign-in", "")


@spec("RFC 8628", "3.5")
@spec("OIDC Core", "3.1.2.1")
def test_tokens_say_how_and_when_the_user_signed_in(tv, asked, browser, ann, clock):
    began = int(clock.now().timestamp())
    open_question(browser, asked)
    clock.advance(minutes=2)
    browser.press("Allow")
    assert "connected" in browser.text

    tokens = poll(tv, asked["device_code"]).json

    told = claims(tokens["id_token"])
    assert (told["auth_time"], told["acr"], told["amr"]) == (began, "urn:idp:loa:1fa", ["pwd"])
    assert told["sub"] == claims(tokens["access_token"])["sub"] == ann.sub
    assert "nonce" not in told
    assert tokens["scope"] == "openid profile"
    assert tv.userinfo(tokens["access_token"]).json["name"] == "Ann Example"
    assert claims(tv.refresh(tokens["refresh_token"]).json["id_token"])["auth_time"] == began


@spec("RFC 8628", "3.5")
def test_a_device_code_is_good_once(tv, asked, browser, ann, records):
    allow(browser, asked)

    tokens = poll(tv, asked["device_code"]).json
    refused(poll(tv, asked["device_code"]), 400, "invalid_grant")

    assert tv.userinfo(tokens["access_token"]).status_code == 200
    assert len(records.families()) == 1


@spec("RFC 8628", "3.5")
def test_a_user_who_says_no_is_heard(tv, asked, browser, ann, records):
    open_question(browser, asked).press("Cancel")

    assert "not connected" in browser.text
    refused(poll(tv, asked["device_code"]), 400, "access_denied")
    assert records.events("device_denied")[0].user_id == ann.id


def test_who_leaves_at_the_sign_in_page_says_no(tv, asked, browser, ann):
    browser.open("/device").submit(user_code=asked["user_code"]).press("Cancel")

    refused(poll(tv, asked["device_code"]), 400, "access_denied")


@spec("RFC 8628", "3.3.1")
def test_the_address_with_the_code_fills_the_field_and_sends_nothing(tv, asked, browser, ann):
    allow(browser, ask(tv).json)

    browser.open(asked["verification_uri_complete"])

    assert browser.find("#user_code")["value"] == asked["user_code"]
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")
    browser.submit()
    assert "Asked from" in browser.text
    refused(poll(tv, ask(tv).json["device_code"]), 400, "authorization_pending")
    browser.press("Allow")
    assert poll(tv, asked["device_code"]).status_code == 200


@spec("RFC 8628", "6.1")
@pytest.mark.parametrize("typing", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c} "])
def test_a_code_may_be_typed_in_any_way(browser, asked, typing, ann):
    browser.open("/device").submit(user_code=typing(asked["user_code"]))

    assert browser.page == "sign-in"


@spec("RFC 8628", "5.4")
def test_a_trusted_app_is_asked_about_too(a, browser, ann):
    tv = a.client("native", redirect_uris=LOOPBACK, trusted=True)
    allow(browser, ask(tv).json)

    second = ask(tv).json
    open_question(browser, second)

    assert browser.page == "device"
    refused(poll(tv, second["device_code"]), 400, "authorization_pending")


def test_the_floor_of_the_client_is_proven_before_the_question(a, browser, ann):
    phone = a.phone(ann)
    tv = a.client("native", redirect_uris=LOOPBACK, min_acr="urn:idp:loa:2fa")
    asked = ask(tv).json
    open_question(browser, asked)
    assert browser.page == "second-factor"

    browser.submit(code=phone.code())
    assert browser.page == "device"
    browser.press("Allow")

    told = claims(poll(tv, asked["device_code"]).json["id_token"])
    assert (told["acr"], told["amr"]) == ("urn:idp:loa:2fa", ["pwd", "otp", "mfa"])


def test_a_session_that_is_old_enough_is_asked_again_by_max_age(a, browser, ann, clock):
    tv = a.client("native", redirect_uris=LOOPBACK, default_max_age=60)
    allow(browser, ask(tv).json)
    clock.advance(minutes=2)

    browser.open("/device").submit(user_code=ask(tv).json["user_code"])

    assert browser.page == "sign-in"


def test_a_code_that_was_decided_or_expired_leads_nowhere(tv, browser, ann, clock, records):
    used, late = ask(tv).json, ask(tv).json
    allow(browser, used)

    browser.open("/device").submit(user_code=used["user_code"])
    assert (browser.status, browser.page) == (422, "device")
    assert "was used before" in browser.text
    clock.advance(minutes=10)
    browser.open("/device").submit(user_code=late["user_code"])
    assert "has expired" in browser.text
    browser.open("/device").submit(user_code="nothing")
    assert "isn't right" in browser.text

    reasons = {event.details["reason"] for event in records.events("user_code_rejected")}
    assert reasons == {"decided", "expired", "unknown"}


def test_who_hesitates_too_long_is_told_so(tv, asked, browser, ann, clock):
    open_question(browser, asked)
    clock.advance(minutes=10)

    browser.press("Allow")

    assert "no longer good" in browser.text
    refused(poll(tv, asked["device_code"]), 400, "expired_token")


def test_of_two_people_with_one_code_the_first_decides(tv, asked, browser, another_browser, ann):
    """A100: another approver."""
    open_question(browser, asked)
    open_question(another_browser, asked)

    another_browser.press("Cancel")
    browser.press("Allow")

    assert "no longer good" in browser.text
    refused(poll(tv, asked["device_code"]), 400, "access_denied")


@spec("RFC 8628", "5.1")
def test_five_wrong_codes_close_the_page_for_a_while(asked, browser, clock):
    """A100."""
    for _ in range(5):
        assert browser.open("/device").submit(user_code="BBBB-BBBB").status == 422

    browser.open("/device").submit(user_code=asked["user_code"])
    assert browser.status == 429
    assert int(browser.response.headers["Retry-After"]) > 0
    clock.advance(minutes=5)
    browser.open("/device").submit(user_code=asked["user_code"])
    assert browser.page == "sign-in"


def test_right_codes_are_no_guesses(tv, browser, ann):
    for _ in range(7):
        browser.open("/device").submit(user_code=ask(tv).json["user_code"])
        assert browser.page == "sign-in"


def test_a_decision_needs_our_own_page(tv, asked, browser, ann):
    """A100: approval needs confirmation."""
    open_question(browser, asked)
    url = browser.url

    forged = browser.client.post(url, data={"decision": "allow"}, base_url=browser.issuer)

    assert forged.status_code == 403
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")


def test_no_answer_is_no_decision(tv, asked, browser, ann):
    open_question(browser, asked)
    token = browser.find("input[name=csrf_token]")["value"]

    browser.open(browser.url, method="POST", data={"csrf_token": token, "decision": "perhaps"})

    assert (browser.status, browser.page) == (422, "device")
    refused(poll(tv, asked["device_code"]), 400, "authorization_pending")


def test_only_a_code_in_the_address_fills_the_field(browser):
    for hostile in ("<script>", '" onfocus=x', "A" * 5_000, "BCDF-GHJ", "ÄÖÜß"):
        browser.open(f"/device?{urlencode({'user_code': hostile})}")

        assert browser.find("#user_code")["value"] == ""
        assert "<script>" not in str(browser.find("main"))


# --- afterwards -------------------------------------------------------------------------------


def test_an_allowed_device_whose_user_is_disabled_gets_nothing(tv, asked, browser, ann, app):
    allow(browser, asked)
    with app.app_context(), transaction():
        from idp import clock, models

        db.session.get_one(models.User, ann.id).disabled_at = clock.now()

    refused(poll(tv, asked["device_code"]), 400, "invalid_grant")


def test_a_sign_out_before_the_device_came_is_a_no(tv, asked, browser, ann):
    allow(browser, asked)
    browser.open("/account/").press("Sign out")

    refused(poll(tv, asked["device_code"]), 400, "invalid_grant")


def test_consent_taken_back_before_the_device_came_is_a_no(tv, asked, browser, ann, app, records):
    allow(browser, asked)
    assert records.count(Grant) == 1
    with app.app_context(), transaction():
        consent.withdraw(ann.id, tv.client_id)

    refused(poll(tv, asked["device_code"]), 400, "access_denied")


def test_the_device_of_a_disabled_client_is_an_unknown_one(tv, asked, browser, ann, app):
    with app.app_context(), transaction():
        register.disable(tv.client_id)

    browser.open("/device").submit(user_code=asked["user_code"])

    assert browser.page == "protocol-error"
    refused(poll(tv, asked["device_code"]), 401, "invalid_client")


def test_what_a_device_was_allowed_ends_with_its_client_also_when_that_is_enabled_again(
    tv, asked, browser, ann, app
):
    allow(browser, asked)
    with app.app_context(), transaction():
        register.disable(tv.client_id)
    with app.app_context(), transaction():
        register.enable(tv.client_id)

    refused(poll(tv, asked["device_code"]), 400, "access_denied")


def test_a_sign_out_of_the_app_alone_before_the_device_came_is_a_no(tv, asked, browser, ann):
    allow(browser, asked)
    browser.open(f"/logout?client_id={tv.client_id}").fill(where="app").press("Sign out")
    assert browser.open("/account/").page == "account"

    refused(poll(tv, asked["device_code"]), 400, "access_denied")


def test_a_device_that_nobody_answered_is_forgotten_a_day_later(asked, app, records, clock):
    from idp.jobs import purge

    clock.advance(days=1, minutes=11)
    with app.app_context():
        purge.run(clock.now())

    assert records.count(DeviceAuthorization) == 0


def test_the_audit_log_tells_the_story(tv, asked, browser, ann, records):
    allow(browser, asked)
    poll(tv, asked["device_code"])

    allowed = records.events("device_allowed")[0]
    assert records.events("device_asked")[0].client_id == tv.client_id
    assert (allowed.user_id, allowed.details["device_address"]) == (ann.id, "127.0.0.1")
    assert allowed.details["amr"] == ["pwd"]
    assert records.events("tokens_issued")[0].user_id == ann.id
