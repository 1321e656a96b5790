"""Initial access tokens by command: made, listed, revoked, and good for registering."""

import pytest

CREATE = ("client", "initial-token", "create")
PHOTOS = {"client_name": "Photos", "redirect_uris": ["https://app.example/cb"]}


@pytest.fixture
def overrides():
    return {"dynamic_registration": "token"}


@pytest.fixture
def registered(client):
    """The status of a registration with this token."""

    def post(token):
        headers = {"Authorization": f"Bearer {token}"}
        return client.post("/register", json=PHOTOS, headers=headers).status_code

    return post


def test_a_created_token_registers_one_client_unless_told_otherwise(idp, registered):
    once = idp(*CREATE, "--json").document["initial_access_token"]
    twice = idp(*CREATE, "--uses", "2", "--json").document["initial_access_token"]

    assert [registered(once) for _ in range(2)] == [201, 401]
    assert [registered(twice) for _ in range(3)] == [201, 201, 401]


def test_every_option_reaches_the_policy(idp):
    options = ("--scope", "openid", "--min-acr", "urn:idp:loa:2fa", "--waive-pkce", "--trusted")

    ran = idp(*CREATE, "--note", "partner", *options, "--days", "3", "--json")

    assert ran.exit_code == 0
    assert ran.document["note"] == "partner"
    assert ran.document["policy"] == {
        "scope": "openid",
        "profile": "standard",
        "min_acr": "urn:idp:loa:2fa",
        "trusted": True,
        "second_factor_policy": None,
        "pkce_waived": True,
        "rotate_refresh_tokens": False,
        "refresh_grace": 0,
        "access_token_lifetime": None,
        "allowed_groups": [],
        "id_token_claims": [],
    }


def test_the_list_names_tokens_without_telling_them(idp, events):
    made = idp(*CREATE, "--note", "partner", "--json").document

    listed = idp("client", "initial-token", "list", "--json")
    table = idp("client", "initial-token", "list")

    del made["initial_access_token"]
    assert listed.document == [made]
    assert "partner" in table.output
    assert "iat_" not in listed.output + table.output
    assert events() == ["initial_access_token_issued"]


def test_a_revoked_token_is_good_no_more(idp, registered, events):
    made = idp(*CREATE, "--json").document

    ran = idp("client", "initial-token", "revoke", made["name"])

    assert ran.exit_code == 0
    assert registered(made["initial_access_token"]) == 401
    assert "initial_access_token_revoked" in events()


@pytest.mark.parametrize("name", ["nothing", "", "00"])
def test_revoking_what_is_not_there_is_refused(idp, name):
    idp(*CREATE)

    ran = idp("client", "initial-token", "revoke", name)

    assert ran.exit_code == 1
    assert "no initial access token" in ran.errors


@pytest.mark.parametrize(
    "option",
    [("--min-acr", "gold"), ("--profile", "fapi9"), ("--scope", 'openid "all"')],
)
def test_a_policy_that_no_client_may_have_is_refused(idp, option):
    ran = idp(*CREATE, *option)

    assert ran.exit_code == 1
    assert option[0].removeprefix("--").replace("-", "_") in ran.errors
    assert idp("client", "initial-token", "list", "--json").document == []


class TestOff:
    @pytest.fixture
    def overrides(self):
        return {}

    def test_a_token_that_opens_nothing_is_pointed_out(self, idp):
        assert "IDP_DYNAMIC_REGISTRATION=token" in idp(*CREATE).errors
