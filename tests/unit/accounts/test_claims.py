import pytest

from idp.accounts.claims import OWN, TYPES, problems, storable
from idp.demo.people import EVERY_CLAIM

ACCOUNT = {"name": "Ann", "email": "ann@example.com", "email_verified": True}
# OIDC Core §5.1, less `sub`.
STANDARD = {
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile", "picture", "website", "email", "email_verified", "gender", "birthdate",
    "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
}  # fmt: skip


def test_every_standard_claim_is_known_and_no_other():
    assert set(TYPES) | set(OWN) == STANDARD


def test_a_user_with_every_claim_is_fine():
    assert problems(EVERY_CLAIM, ACCOUNT) == {}
    assert storable(EVERY_CLAIM) == EVERY_CLAIM


@pytest.mark.parametrize(
    "name", ["sub", "iss", "aud", "acr", "amr", "auth_time", "role", "groups", "email#fr", ""]
)
def test_what_is_no_standard_claim_is_refused(name):
    assert name in problems({name: "x"}, ACCOUNT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("given_name", ""),
        ("given_name", "   "),
        ("given_name", 7),
        ("given_name", None),
        ("given_name", "a\x00b"),
        ("given_name", "x" * 1001),
        ("family_name", ["Smith"]),
        ("picture", "javascript:alert(1)"),
        ("picture", "//example.com/x.png"),
        ("website", "https://user@example.com"),
        ("website", "http://[broken"),
        ("birthdate", "17.4.1988"),
        ("birthdate", "1988-13-01"),
        ("birthdate", "1988-04"),
        ("zoneinfo", "Paris is nice"),
        ("locale", "fr_"),
        ("phone_number", "call me"),
        ("phone_number_verified", "true"),
        ("phone_number_verified", 1),
        ("address", "12 rue des Lilas"),
        ("address", {}),
        ("address", {"planet": "Earth"}),
        ("address", {"country": ""}),
    ],
)
def test_a_value_of_another_type_is_refused(name, value):
    assert list(problems({name: value}, ACCOUNT)) == [name]


@pytest.mark.parametrize("birthdate", ["1988-04-17", "0000-04-17", "1988"])
def test_a_birthdate_may_lack_its_year_or_its_day(birthdate):
    assert problems({"birthdate": birthdate}, ACCOUNT) == {}


def test_what_the_account_says_by_itself_may_be_repeated_but_not_contradicted():
    assert problems(ACCOUNT | {"updated_at": 1700000000}, ACCOUNT) == {}
    assert storable(ACCOUNT) == {}

    contradicting = {"name": "Bob", "email": "bob@example.com", "email_verified": False}

    assert set(problems(contradicting, ACCOUNT)) == set(contradicting)
