import json
import stat

import pytest

from idp import clock
from idp.clients import registry
from tests.support.signer import signer

CREATE = ("client", "create", "--template", "web", "--name", "Photos")
URI = ("--redirect-uri", "https://app.example/cb")
PHOTOS = {
    "client_id": "photos",
    "client_secret": "chosen-elsewhere",
    "client_name": "Photos",
    "redirect_uris": ["https://app.example/cb"],
    "grant_types": ["authorization_code", "refresh_token"],
    "min_acr": "urn:idp:loa:2fa",
    "trusted": True,
}


@pytest.fixture
def imported(idp, tmp_path):
    """`imported(document)` runs `client import` on a file with it."""

    def run(document, *options):
        file = tmp_path / "clients.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return idp("client", "import", str(file), *options)

    return run


@pytest.fixture
def find(app):
    def found(client_id):
        with app.app_context():
            return registry.find(client_id)

    return found


def test_a_created_client_can_prove_itself_with_the_secret_that_was_printed(idp, find, events):
    ran = idp(*CREATE, *URI, "--json")

    assert ran.exit_code == 0
    client = find(ran.document["client_id"])
    assert client.accepts_secret(ran.document["client_secret"], clock.now())
    assert client.redirect_uris == ("https://app.example/cb",)
    assert events() == ["client_registered"]


def test_every_option_of_create_reaches_the_client(idp, find):
    ran = idp(
        *CREATE,
        *URI,
        "--redirect-uri",
        "https://app.example/other",
        "--post-logout-redirect-uri",
        "https://app.example/bye",
        "--min-acr",
        "urn:idp:loa:2fa",
        "--scope",
        "openid email",
        "--trusted",
        "--json",
    )

    client = find(ran.document["client_id"])
    assert len(client.redirect_uris) == 2
    assert client.post_logout_redirect_uris == ("https://app.example/bye",)
    assert client.min_acr == "urn:idp:loa:2fa"
    assert client.scopes == {"openid", "email"}
    assert client.trusted


@pytest.mark.parametrize("template", ["web", "spa", "native", "machine"])
def test_every_template_can_be_created(idp, template):
    uri = () if template == "machine" else URI
    ran = idp("client", "create", "--template", template, "--name", "Photos", *uri, "--json")

    assert ran.exit_code == 0
    assert ("client_secret" in ran.document) == (template in {"web", "machine"})


def test_a_broken_rule_is_refused_with_its_member_and_exit_code_1(idp, events):
    ran = idp(*CREATE, "--redirect-uri", "http://evil.example/", "--json")

    assert ran.exit_code == 1
    assert ran.output == ""
    assert ran.errors.startswith("redirect_uris: ")
    assert events() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("client", "create"),
        ("client", "create", "--template", "desktop", "--name", "x"),
        (*CREATE, "--profile", "none"),
        ("client", "import", "/nowhere/clients.json"),
        ("client", "show"),
    ],
)
def test_wrong_usage_is_exit_code_2(idp, arguments):
    assert idp(*arguments).exit_code == 2


def test_the_environment_file_is_private_and_never_overwritten(idp, tmp_path, find, events):
    path = tmp_path / "app.env"
    ran = idp(*CREATE, *URI, "--env-file", str(path), "--json")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = dict(line.split("=", 1) for line in path.read_text().splitlines())
    assert written["ISSUER"] == "https://idp.example"
    assert written["CLIENT_ID"] == ran.document["client_id"]
    assert written["CLIENT_SECRET"] == ran.document["client_secret"]

    again = idp(*CREATE, *URI, "--env-file", str(path))
    assert again.exit_code == 1
    assert events() == ["client_registered"]
    assert f"CLIENT_ID={written['CLIENT_ID']}" in path.read_text()


def test_one_document_is_imported_as_given(imported, find):
    ran = imported(PHOTOS, "--json")

    assert ran.exit_code == 0
    assert ran.document["client_id"] == "photos"
    assert "client_secret" not in ran.document
    client = find("photos")
    assert client.accepts_secret("chosen-elsewhere", clock.now())
    assert client.trusted
    assert client.min_acr == "urn:idp:loa:2fa"


def test_a_list_is_imported_whole_or_not_at_all(imported, find):
    ran = imported([PHOTOS, PHOTOS | {"client_id": "bad", "redirect_uris": ["http://x.y/"]}])
    assert ran.exit_code == 1
    assert ran.errors.startswith("document 2: redirect_uris")
    assert find("photos") is None

    both = imported([PHOTOS, PHOTOS | {"client_id": "second"}], "--json")
    assert [one["client_id"] for one in both.document] == ["photos", "second"]


def test_importing_again_replaces(imported, find):
    imported(PHOTOS)
    imported(PHOTOS | {"client_name": "Pictures", "trusted": None})

    assert find("photos").client_name == "Pictures"
    assert not find("photos").trusted


def test_a_document_without_an_identity_gets_one(imported):
    anonymous = {name: PHOTOS[name] for name in ("client_name", "redirect_uris")}
    ran = imported(anonymous, "--json")

    assert len(ran.document["client_secret"]) == 43


def test_unknown_members_are_named_and_ignored(imported):
    ran = imported(PHOTOS | {"colour": "blue"}, "--json")

    assert ran.exit_code == 0
    assert "'colour' is unknown" in ran.errors


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "5",
        '"x"',
        "null",
        "[1]",
        "[" * 100_000,
        json.dumps(PHOTOS | {"client_id": 5}),
        json.dumps(PHOTOS | {"client_id": None}),
        json.dumps(PHOTOS | {"client_secret": ["x"]}),
        json.dumps(PHOTOS | {"client_id": "a b"}),
        json.dumps(PHOTOS | {"redirect_uris": 5}),
    ],
)
def test_no_file_makes_import_stumble(imported, find, content):
    ran = imported(content)

    assert ran.exit_code == 1
    assert ran.errors
    assert find("photos") is None


def test_what_show_prints_can_be_imported(idp, imported, find):
    imported(PHOTOS)
    before = find("photos")

    shown = idp("client", "show", "photos", "--json").document
    assert "client_secret" not in shown
    again = imported(shown)

    assert again.errors == ""
    assert find("photos") == before


def test_list_has_every_client_once(idp, imported):
    imported([PHOTOS, PHOTOS | {"client_id": "second"}])

    ran = idp("client", "list", "--json")
    assert [one["client_id"] for one in ran.document] == ["photos", "second"]
    assert "app.example" in idp("client", "list").output


def test_rotate_secret_keeps_the_old_one_for_the_overlap(idp, imported, find):
    imported(PHOTOS)
    new = idp("client", "rotate-secret", "photos", "--json").document["client_secret"]

    assert find("photos").accepts_secret(new, clock.now())
    assert find("photos").accepts_secret("chosen-elsewhere", clock.now())
    newest = idp("client", "rotate-secret", "photos", "--overlap", "0", "--json").document
    assert find("photos").accepts_secret(newest["client_secret"], clock.now())
    assert not find("photos").accepts_secret(new, clock.now())


def test_a_client_is_disabled_enabled_and_deleted(idp, imported, find, events):
    imported(PHOTOS)

    for verb, state in (("disable", "disabled"), ("enable", "enabled"), ("delete", "deleted")):
        ran = idp("client", verb, "photos", "--json")
        assert ran.document == {"client_id": "photos", "state": state}
    assert find("photos") is None
    assert events()[1:] == ["client_disabled", "client_enabled", "client_deleted"]


@pytest.mark.parametrize("verb", ["show", "rotate-secret", "disable", "enable", "delete"])
def test_an_unknown_client_is_refused(idp, verb):
    ran = idp("client", verb, "nobody", "--json")

    assert (ran.exit_code, ran.output) == (1, "")
    assert "nobody" in ran.errors


def test_a_public_client_has_no_secret_to_rotate(idp):
    made = idp("client", "create", "--template", "spa", "--name", "Photos", *URI, "--json")

    assert idp("client", "rotate-secret", made.document["client_id"]).exit_code == 1


def test_a_client_of_the_stronger_profile_gets_a_key_that_is_printed_once(idp, find):
    ran = idp(*CREATE, *URI, "--profile", "fapi2", "--json")

    assert ran.exit_code == 0, ran.errors
    client, key = find(ran.document["client_id"]), ran.document["private_jwk"]
    assert client.is_fapi2
    assert client.token_endpoint_auth_method == "private_key_jwt"
    assert "client_secret" not in ran.document
    public = client.jwks["keys"][0]
    assert (public["x"], public["y"], public["kid"]) == (key["x"], key["y"], key["kid"])
    assert "d" in key
    assert "d" not in public
    assert "private_jwk" not in idp("client", "show", client.client_id, "--json").document


def test_a_client_may_bring_its_own_keys(idp, find, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(signer().jwks))

    ran = idp(*CREATE, *URI, "--profile", "fapi2", "--jwks", str(keys), "--json")

    assert ran.exit_code == 0, ran.errors
    assert "private_jwk" not in ran.document
    assert find(ran.document["client_id"]).jwks == signer().jwks


def test_keys_by_address_need_no_profile(idp, find):
    ran = idp(*CREATE, *URI, "--jwks-uri", "https://app.example/jwks", "--json")

    assert ran.exit_code == 0, ran.errors
    client = find(ran.document["client_id"])
    assert client.token_endpoint_auth_method == "private_key_jwt"
    assert client.jwks_uri == "https://app.example/jwks"


def test_keys_that_are_none_are_refused(idp, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_text("[]")

    ran = idp(*CREATE, *URI, "--jwks", str(keys))

    assert ran.exit_code == 1
    assert "jwks" in ran.errors


def test_the_stronger_profile_is_not_for_apps_that_keep_no_key(idp):
    ran = idp("client", "create", "--template", "spa", "--name", "S", *URI, "--profile", "fapi2")

    assert ran.exit_code == 1
    assert "token_endpoint_auth_method" in ran.errors
