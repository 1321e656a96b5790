"""`idp user invite` and `idp user enrolment-link`."""

import pytest

from config import AccountSettings, Registration

GOOD = "four unrelated words here"


@pytest.fixture
def overrides():
    return {"accounts": AccountSettings(registration=Registration.INVITATION)}


def test_an_invitation_is_mailed_and_printed_once(idp, mailbox, events):
    ran = idp("user", "invite", "zoe@example.com", "--name", "Zoe", "--by", "Olga", "--json")

    assert ran.exit_code == 0, ran.errors
    assert mailbox.link("zoe@example.com") == ran.document["invitation_url"]
    assert "Olga" in mailbox.newest("zoe@example.com").text
    assert ran.document["role"] is None
    assert "user_invited" in events()


def test_an_invitation_names_what_may_be_administered(idp):
    ran = idp("user", "invite", "zoe@example.com", "--role", "auditor", "--json")

    assert ran.document["role"] == "auditor"
    assert idp("user", "invite", "zoe@example.com", "--role", "king").exit_code == 2


@pytest.mark.parametrize("email", ["zoe", "taken@example.com"])
def test_an_invitation_that_cannot_be_is_refused_and_nothing_is_mailed(idp, a, mailbox, email):
    a.user("taken@example.com")

    ran = idp("user", "invite", email)

    assert ran.exit_code == 1
    assert "email:" in ran.errors
    assert mailbox.letters() == []


class TestClosed:
    @pytest.fixture
    def overrides(self):
        return {}

    def test_nobody_is_invited_while_registration_is_closed(self, idp):
        ran = idp("user", "invite", "zoe@example.com")

        assert ran.exit_code == 1
        assert "registration is closed" in ran.errors


def test_an_administrator_with_a_typed_password_gets_an_enrolment_link(idp, browser):
    ran = idp(
        "user", "create", "zoe@example.com", "--name", "Zoe", "--admin", "--password-stdin",
        "--json", typed=f"{GOOD}\n",
    )  # fmt: skip

    browser.open(ran.document["enrolment_url"]).press("Continue")
    assert browser.submit(password=GOOD).page == "enrol-totp"


def test_an_enrolment_link_is_for_administrators_without_a_second_factor(idp, a):
    a.user()
    idp("user", "create", "zoe@example.com", "--name", "Zoe", "--admin")

    assert "/enrolment/" in idp("user", "enrolment-link", "zoe@example.com").output
    assert "administers nothing" in idp("user", "enrolment-link", "ann@example.com").errors
    idp("user", "totp", "zoe@example.com")
    refused = idp("user", "enrolment-link", "zoe@example.com")
    assert (refused.exit_code, "reset-mfa" in refused.errors) == (1, True)
    assert "no user" in idp("user", "enrolment-link", "nobody@example.com").errors
