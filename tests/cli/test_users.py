"""`idp user`: create people, hand over authenticators, disable, enable, free, reset."""

import itertools
import json

import pyotp
import pytest

import config
from idp import origin
from idp.authentication import password, totp
from idp.authentication.evidence import Evidence
from idp.extensions import db
from idp.models import Role
from tests.support.factories import EMAIL, PASSWORD, Factory, Phone

GOOD = "heron umbrella cobalt ladder"


@pytest.fixture
def make(app):
    return Factory(app)


ADDRESSES = itertools.count(1)


def signs_in(app, email, typed):
    """From another address each time, so that only what is counted against the user counts."""
    origin.enter(origin.Origin(address=f"192.0.2.{next(ADDRESSES) % 250}"))
    with app.app_context():
        user = password.find_user(email)
        verdict = password.verify(user, email, typed)
        db.session.rollback()
        return isinstance(verdict, Evidence)


# --- create ---------------------------------------------------------------------------------------


def test_a_user_created_with_a_password_can_sign_in(idp, app, events):
    ran = idp(
        "user", "create", "zoe@example.com", "--name", "Zoe", "--password-stdin", "--json",
        typed=f"{GOOD}\n",
    )  # fmt: skip

    assert ran.exit_code == 0, ran.errors
    assert ran.document | {"sub": "…"} == {
        "sub": "…",
        "email": "zoe@example.com",
        "name": "Zoe",
        "role": None,
    }
    assert signs_in(app, "zoe@example.com", GOOD)
    assert "user_created" in events()


def test_a_user_created_without_a_password_gets_a_link_that_sets_one(idp, app, client):
    """R57."""
    ran = idp("user", "create", "zoe@example.com", "--name", "Zoe", "--json")
    link = ran.document["set_password_url"]

    assert link.startswith(app.extensions["idp.settings"].issuer + "/set-password/")
    assert (
        client.get(link.removeprefix("https://idp.example"), follow_redirects=True).status_code
        == 200
    )


def test_the_link_is_printed_for_people_with_how_long_it_is_good(idp):
    ran = idp("user", "create", "zoe@example.com", "--name", "Zoe")

    assert "/set-password/" in ran.output
    assert "good once, within 60 minutes" in ran.output


def test_an_administrator_must_have_a_second_factor(idp, app):
    idp("user", "create", "zoe@example.com", "--name", "Zoe", "--admin")

    with app.app_context():
        user = password.find_user("zoe@example.com")
        assert user.role == Role.OWNER
        assert user.second_factor_policy == "required"


def test_claims_are_read_from_a_file(idp, app, tmp_path):
    file = tmp_path / "claims.json"
    file.write_text(json.dumps({"given_name": "Zoë", "address": {"country": "France"}}))

    ran = idp("user", "create", "zoe@example.com", "--name", "Zoe", "--claims", str(file))

    assert ran.exit_code == 0, ran.errors
    with app.app_context():
        claims = password.find_user("zoe@example.com").claims
    assert claims == {"given_name": "Zoë", "address": {"country": "France"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "must hold a JSON object"),
        ('{"sub": "1"}', "claims.sub"),
        ('{"birthdate": "yesterday"}', "claims.birthdate"),
        ('{"email_verified": false}', "claims.email_verified"),
    ],
)
def test_claims_that_are_none_are_refused_and_nobody_is_created(idp, app, tmp_path, content, said):
    file = tmp_path / "claims.json"
    file.write_text(content)

    ran = idp("user", "create", "zoe@example.com", "--name", "Zoe", "--claims", str(file), "--json")

    assert (ran.exit_code, ran.output) == (1, "")
    assert said in ran.errors
    with app.app_context():
        assert password.find_user("zoe@example.com") is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short", "password: Use at least 15"),
        ("", "password: Use at least 15"),
        ("a" * 2000, "too long"),
        (b"\xff\xfe broken bytes in here", "not UTF-8"),
    ],
    ids=["short", "empty", "long", "bytes"],
)
def test_a_password_that_breaks_a_rule_is_refused_and_nobody_is_created(idp, app, typed, said):
    ran = idp(
        "user", "create", "zoe@example.com", "--name", "Zoe", "--password-stdin", typed=typed
    )  # fmt: skip

    assert (ran.exit_code, ran.output) == (1, "")
    assert said in ran.errors
    with app.app_context():
        assert password.find_user("zoe@example.com") is None


@pytest.mark.parametrize(
    ("email", "name", "said"), [("zoe", "Zoe", "email:"), ("zoe@example.com", " ", "name:")]
)
def test_neither_a_wrong_address_nor_a_blank_name_will_do(idp, email, name, said):
    ran = idp("user", "create", email, "--name", name)

    assert (ran.exit_code, ran.output) == (1, "")
    assert said in ran.errors


def test_an_address_is_taken_however_it_is_written(idp, make):
    make.user()

    ran = idp("user", "create", "ANN@Example.com", "--name", "Ann")

    assert ran.exit_code == 1
    assert "already" in ran.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", "zoe@example.com"],
        ["disable"],
        ["totp", EMAIL, "--nonsense"],
        ["fly"],
    ],
    ids=str,
)
def test_wrong_usage_exits_with_2(idp, arguments):
    assert idp("user", *arguments).exit_code == 2


# --- factors --------------------------------------------------------------------------------------


def test_the_printed_secret_signs_in(idp, app, make, events):
    make.user()

    ran = idp("user", "totp", EMAIL, "--reason", "new phone", "--json")

    assert ran.exit_code == 0, ran.errors
    assert ran.document["email"] == EMAIL
    assert ran.document["otpauth_uri"].startswith("otpauth://totp/")
    assert "totp_enrolled" in events()
    code = pyotp.TOTP(ran.document["secret"]).now()
    with app.app_context():
        verdict = totp.verify(password.find_user(EMAIL), code, interaction_id="i")
        db.session.rollback()
    assert isinstance(verdict, Evidence)


def test_a_reset_lets_the_password_lead_to_a_new_factor_and_only_then_ends_the_old_ones(
    idp, a, browser, mailbox, events
):
    """R56: at the machine itself nobody is waited for; it is told, and the old one stays."""
    old = a.phone(a.user(EMAIL))
    browser.open("/account/").submit(username=EMAIL, password=PASSWORD).submit(code=old.code())

    ran = idp("user", "reset-mfa", EMAIL, "--reason", "lost phone", "--json")

    assert (ran.document["state"], ran.document["changed"]) == ("in effect", True)
    assert mailbox.link(EMAIL) == ran.document["enrolment_url"]
    assert browser.open("/account/").submit(username=EMAIL, password=PASSWORD).page == "enrol-totp"
    assert "totp_removed" not in events()
    new = Phone(browser.find("[data-totp-secret]").get_text(strip=True))
    browser.submit(code=new.code()).fill(saved="yes").press("Continue")
    assert browser.page == "account"
    assert {"totp_removed", "second_factors_reset"} <= set(events())
    assert browser.open(ran.document["enrolment_url"]).status == 410


def test_an_hour_later_the_password_leads_nowhere_any_more(idp, a, browser, clock):
    a.phone(a.user(EMAIL))
    idp("user", "reset-mfa", EMAIL)

    clock.advance(hours=1)

    page = browser.open("/account/").submit(username=EMAIL, password=PASSWORD).page
    assert page == "second-factor"


def test_whoever_administers_needs_the_link_and_not_only_the_password(idp, a, browser):
    """R20."""
    a.administrator(email=EMAIL)
    ran = idp("user", "reset-mfa", EMAIL, "--json")
    assert ran.document["password_alone_leads_there"] is False

    page = browser.open("/account/").submit(username=EMAIL, password=PASSWORD).page
    assert page == "second-factor"
    browser.open(ran.document["enrolment_url"]).press("Continue").submit(password=PASSWORD)
    assert browser.page == "enrol-totp"


def test_a_reset_can_wait_as_those_of_administrators_do(idp, a, browser, mailbox):
    a.phone(a.user(EMAIL))

    ran = idp("user", "reset-mfa", EMAIL, "--wait", "--json")

    assert (ran.document["state"], "enrolment_url" in ran.document) == ("waiting", False)
    page = browser.open("/account/").submit(username=EMAIL, password=PASSWORD).page
    assert page == "second-factor"
    assert "An administrator wants to reset your two-step sign-in" in mailbox.subjects(EMAIL)


def test_resetting_what_is_not_there_is_done_already(idp, make):
    make.user()

    ran = idp("user", "reset-mfa", EMAIL, "--json")

    assert (ran.exit_code, ran.document["changed"]) == (0, False)


@pytest.mark.parametrize("command", ["totp", "reset-mfa"])
def test_production_wants_a_reason(idp, app, make, command):
    make.user()
    settings = app.extensions["idp.settings"]
    app.extensions["idp.settings"] = settings.model_copy(
        update={"environment": config.Environment.PRODUCTION}
    )

    ran = idp("user", command, EMAIL)

    assert ran.exit_code == 2
    assert "--reason" in ran.errors


# --- state ----------------------------------------------------------------------------------------


def test_a_disabled_user_cannot_sign_in_until_enabled(idp, app, make, events):
    make.user()

    assert idp("user", "disable", EMAIL, "--json").document == {
        "email": EMAIL,
        "state": "disabled",
        "changed": True,
    }
    assert not signs_in(app, EMAIL, PASSWORD)

    assert idp("user", "enable", EMAIL, "--json").document["state"] == "enabled"
    assert signs_in(app, EMAIL, PASSWORD)
    assert {"user_disabled", "user_enabled"} <= set(events())


def test_disabling_twice_changes_nothing_the_second_time(idp, make):
    make.user()
    idp("user", "disable", EMAIL)

    ran = idp("user", "disable", EMAIL, "--json")

    assert (ran.exit_code, ran.document["changed"]) == (0, False)


def test_unlocking_lifts_the_waits_of_wrong_passwords(idp, app, make, events):
    make.user()
    while signs_in(app, EMAIL, PASSWORD):
        for _ in range(3):
            signs_in(app, EMAIL, "wrong")

    ran = idp("user", "unlock", EMAIL, "--json")

    assert ran.document == {"email": EMAIL, "state": "unlocked", "changed": True}
    assert signs_in(app, EMAIL, PASSWORD)
    assert "user_unlocked" in events()


@pytest.mark.parametrize("command", ["totp", "disable", "enable", "unlock", "reset-mfa"])
def test_an_unknown_user_is_refused(idp, command):
    ran = idp("user", command, "nobody@example.com", "--json")

    assert (ran.exit_code, ran.output) == (1, "")
    assert "There is no user 'nobody@example.com'." in ran.errors


def test_the_audit_log_names_the_operating_system_user(idp, app):
    from sqlalchemy import select

    from idp.cli import operating_system_user
    from idp.models import AuditEvent

    idp("user", "create", "zoe@example.com", "--name", "Zoe")

    with app.app_context():
        actors = set(db.session.scalars(select(AuditEvent.actor)))
    assert actors == {f"cli:{operating_system_user()}"}


class TestRequireSecondFactor:
    """Who has to have one, and from when."""

    @pytest.fixture(autouse=True)
    def zoe(self, idp):
        idp("user", "create", "zoe@example.com", "--name", "Zoe")

    def test_at_once(self, idp, app):
        ran = idp("user", "require-second-factor", "zoe@example.com", "--json")

        assert ran.document == {
            "email": "zoe@example.com",
            "second_factor_policy": "required",
            "second_factor_due_at": None,
            "changed": True,
        }
        with app.app_context():
            assert password.find_user("zoe@example.com").second_factor_policy == "required"

    def test_after_some_days(self, idp):
        ran = idp("user", "require-second-factor", "zoe@example.com", "--grace-days", "7", "--json")

        assert ran.document["second_factor_due_at"] is not None

    def test_the_same_again_changes_nothing(self, idp):
        idp("user", "require-second-factor", "zoe@example.com")

        ran = idp("user", "require-second-factor", "zoe@example.com", "--json")

        assert (ran.exit_code, ran.document["changed"]) == (0, False)

    def test_it_is_left_to_the_site_again(self, idp):
        idp("user", "require-second-factor", "zoe@example.com", "--grace-days", "7")

        ran = idp("user", "require-second-factor", "zoe@example.com", "--policy", "site", "--json")

        assert ran.document["second_factor_policy"] is None
        assert ran.document["second_factor_due_at"] is None

    @pytest.mark.parametrize("wrong", [["--policy", "maybe"], ["--grace-days", "-1"]])
    def test_a_wrong_value_is_wrong_usage(self, idp, wrong):
        assert idp("user", "require-second-factor", "zoe@example.com", *wrong).exit_code == 2

    def test_nobody_is_refused(self, idp):
        assert idp("user", "require-second-factor", "nobody@example.com").exit_code == 1


def test_the_last_owner_is_not_disabled(idp, make, app):
    make.administrator(email=EMAIL)

    ran = idp("user", "disable", EMAIL, "--reason", "left")

    assert ran.exit_code == 1
    assert "is the only owner" in ran.errors
    idp("user", "create", "olga@example.com", "--name", "Olga", "--admin", "--json")
    assert idp("user", "disable", EMAIL, "--json").document["changed"] is True
