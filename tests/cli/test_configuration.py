"""The configuration as a file: what is exported can be imported, what is refused does nothing."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from idp.accounts.groups import store
from idp.clients import register, registry, templates
from idp.clients.register import Registered
from idp.extensions import transaction

CONFIGURATION = """\
version: 1
claims:
  department:
    type: string
    scope: acme
    description: See your department
    schema:
      enum:
      - Physics
      - Maths
      maxLength: 10
      type: string
  rooms:
    type: string
    multiple: true
    scope: acme
groups:
  board: {}
  staff:
    display_name: 'Staff: everybody, ''really'''
    roles:
    - editor
    - 'no'
clients:
  "12345":
    client_name: 'Yes'
    redirect_uris:
    - https://numbers.example/cb
  cli/tool:
    client_name: Wörkbench 日本
    application_type: native
    token_endpoint_auth_method: none
    grant_types:
    - authorization_code
    - refresh_token
    redirect_uris:
    - http://127.0.0.1/cb
    scope: openid groups
    disabled: true
  payroll:
    client_name: Payroll
    grant_types:
    - authorization_code
    - refresh_token
    redirect_uris:
    - https://pay.example/cb
    scope: openid acme email groups offline_access profile
    default_max_age: 3600
    min_acr: urn:idp:loa:2fa
    trusted: true
    allowed_groups:
    - staff
    - board
    id_token_claims:
    - department
    client_name#fr: Paie
    client_uri: https://pay.example/
    contacts:
    - dev@pay.example
"""
"""As it is written, but for the comment above it."""


@pytest.fixture
def imported(idp, tmp_path):
    """`imported(text, "--yes")` runs `idp import` on a file with it."""

    def run(content, *options):
        file = tmp_path / "configuration.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return idp("import", str(file), *options)

    return run


@pytest.fixture
def exported(idp):
    """The document alone."""

    def run(*options):
        ran = idp("export", *options)
        assert ran.exit_code == 0, ran.errors
        return "".join(one for one in ran.output.splitlines(keepends=True) if one[:1] != "#")

    return run


def test_what_is_exported_gives_the_same_bytes_in_an_empty_database(imported, exported):
    assert imported(CONFIGURATION, "--yes").exit_code == 0
    first = exported()
    assert first == CONFIGURATION.replace('"12345"', "'12345'")

    assert imported("version: 1", "--yes", "--prune").exit_code == 0
    assert exported() == "version: 1\nclaims: {}\ngroups: {}\nclients: {}\n"
    assert imported(first, "--yes").exit_code == 0

    assert exported() == first


def test_json_says_the_same(idp, imported, exported, tmp_path):
    imported(CONFIGURATION, "--yes")
    before, file = exported(), tmp_path / "configuration.json"
    assert idp("export", "--output", str(file)).exit_code == 0
    assert json.loads(file.read_text())["clients"]["12345"]["client_name"] == "Yes"

    assert idp("import", str(file), "--yes").output == "Nothing to change.\n"
    assert idp("import", str(file), "--yes", "--prune").output == "Nothing to change.\n"
    assert exported() == before


def test_importing_again_changes_nothing_and_writes_nothing(imported, exported, events):
    imported(CONFIGURATION, "--yes")
    before = events()

    assert imported(CONFIGURATION, "--yes", "--prune").output == "Nothing to change.\n"
    assert events() == before


def test_every_kind_of_client_survives_the_journey(app, imported, exported):
    with app.app_context(), transaction():
        for kind in templates.Template:
            proposed = templates.propose(kind, f"A {kind}")
            if kind is not templates.Template.MACHINE:
                uri = "http://127.0.0.1/cb" if kind == "native" else "https://a.example/cb"
                proposed = replace(proposed, redirect_uris=(uri,))
            assert isinstance(register.register(proposed), Registered)
    whole = exported()
    assert "secret" not in whole

    assert imported(whole, "--yes", "--prune").output == "Nothing to change.\n"
    imported("version: 1", "--yes", "--prune")
    imported(whole, "--yes")
    assert exported() == whole


def test_the_difference_is_shown_first_and_nothing_done_without_an_answer(
    imported, exported, events
):
    imported(CONFIGURATION, "--yes")
    before, log = exported(), events()
    changed = CONFIGURATION.replace("    - editor\n", "    - author\n").replace("3600", "60")

    for options, message in (((), "say --yes"), (("--dry-run",), "")):
        ran = imported(changed, *options)
        assert ran.output == (
            "~ groups/staff\n    roles:\n      - editor\n      + author\n"
            "~ clients/payroll\n    default_max_age: 3600 -> 60\n"
        )
        assert message in ran.errors
        assert (exported(), [one for one in events() if one != "configuration_exported"]) == (
            before,
            [one for one in log if one != "configuration_exported"],
        )


def test_whoever_answers_yes_gets_it(idp, imported, exported, tmp_path):
    file = tmp_path / "configuration.yaml"
    file.write_text("version: 1\ngroups:\n  staff: {}\n")

    assert idp("import", str(file), typed="n\n").exit_code == 1
    assert "staff" not in exported()
    assert idp("import", str(file), typed="y\n").exit_code == 0
    assert "staff" in exported()


def test_what_the_file_does_not_name_is_left_alone_unless_pruned(imported, exported):
    imported(CONFIGURATION, "--yes")
    only = "version: 1\ngroups:\n  guests: {}\n"

    imported(only, "--yes")
    assert "payroll" in exported()
    ran = imported(only, "--yes", "--prune")
    assert "- clients/payroll" in ran.output
    assert exported() == "version: 1\nclaims: {}\ngroups:\n  guests: {}\nclients: {}\n"


def test_secrets_of_new_clients_are_told_once(app, imported, tmp_path):
    told = imported(CONFIGURATION, "--yes", "--json").document
    assert set(told["secrets"]) == {"12345", "payroll"}
    again = imported(CONFIGURATION, "--yes", "--json").document
    assert again == {"changes": [], "applied": False, "secrets": {}}
    imported("version: 1", "--yes", "--prune")

    ran = imported(CONFIGURATION, "--yes", "--env-dir", str(tmp_path))

    file = tmp_path / "payroll.env"
    secret = file.read_text().split("CLIENT_SECRET=")[1].strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in ran.output
    with app.app_context():
        client = registry.find("payroll")
        assert client is not None
        assert client.accepts_secret(secret, client.created_at)


def test_a_client_is_disabled_and_enabled_by_its_member(app, imported):
    imported(CONFIGURATION, "--yes")
    with app.app_context():
        assert registry.find("cli/tool").disabled_at is not None

    imported(CONFIGURATION.replace("    disabled: true\n", ""), "--yes")

    with app.app_context():
        assert registry.find("cli/tool").disabled_at is None


def test_what_registered_itself_is_neither_exported_nor_touched(app, client, a, imported, exported):
    from idp.clients import registration_token

    rp = a.client()
    with app.app_context(), transaction():
        registration_token.issue(rp.client_id)

    assert rp.client_id not in exported()
    imported("version: 1", "--yes", "--prune")
    with app.app_context():
        assert registry.read(rp.client_id) is not None
    mine = f"version: 1\nclients:\n  {rp.client_id}:\n    redirect_uris: [https://a.example/]\n"
    assert "registered itself" in imported(mine, "--yes").errors


def test_a_group_that_an_app_needs_is_not_pruned(imported):
    imported(CONFIGURATION, "--yes")
    client = CONFIGURATION[CONFIGURATION.index("clients:") :]

    ran = imported(f"version: 1\n{client}", "--yes", "--prune")

    assert ran.exit_code == 1
    assert "groups/staff: would be removed, and payroll admits its members only" in ran.errors


def test_somebody_who_was_faster_is_not_overwritten(app, imported, exported, monkeypatch):
    from idp.cli import configuration as command

    imported(CONFIGURATION, "--yes")

    def change_first(changes, *, reason):
        with app.app_context(), transaction():
            group = store.find("staff")
            store.change("staff", store.version_of(group), type(group).__base__(name="staff"))
        return apply(changes, reason=reason)

    apply = command.apply
    monkeypatch.setattr(command, "apply", change_first)
    ran = imported(CONFIGURATION.replace("editor", "author").replace("3600", "60"), "--yes")

    assert (ran.exit_code, "changed meanwhile" in ran.errors) == (1, True)
    assert "default_max_age: 3600" in exported()


# --- what is refused, with the place in the document ---------------------------------------------

APP = "version: 1\nclients:\n  app:\n    client_name: App\n"
CLAIM = "version: 1\nclaims:\n  level:\n    {type: number, scope: x, schema: "
UNSTORABLE = "claims/level/schema: must hold readable texts and finite numbers only"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (APP + "    redirect_uris: ['javascript:alert(1)']\n", "clients/app/redirect_uris: "),
        (
            APP + "    redirect_uris: [https://a.example/]\n    logo_uri: javascript:x\n",
            "/logo_uri",
        ),
        (APP + "    redirect_uri: https://a.example/\n", "clients/app/redirect_uri: is not known"),
        (APP + "    client_secret: x\n", "clients/app/client_secret: has no place here"),
        (APP + "    redirect_uris: 7\n", "clients/app/redirect_uris: must be a list of strings"),
        (APP + "    allowed_groups: [nobody]\n    redirect_uris: [https://a.example/]\n", "nobody"),
        ("version: 1\nclients:\n  'a b': {}\n", "clients/a b: a client_id has"),
        ("version: 1\nclaims:\n  sub: {scope: x}\n", "claims/sub/name: is reserved"),
        ("version: 1\nclaims:\n  x: {scope: profile}\n", "claims/x/scope: is reserved"),
        (CLAIM + '{enum: ["a\\0b"]}}\n', UNSTORABLE),
        (
            '{"version": 1, "claims": {"level": {"scope": "x", "schema": {"enum": ["\\ud800"]}}}}',
            UNSTORABLE,
        ),
        (CLAIM + "{maximum: 1e400}}\n", UNSTORABLE),
        ("version: 1\ngroups:\n  staff: {owner: me}\n", "groups/staff/owner: is not known"),
        ("version: 1\nusers: {}\n", "users: is not known"),
        ("version: 2\n", "version: must be 1"),
        ("groups: {}\n", "version: must be 1"),
        ("[]", "must be an object"),
        ("", "it is empty"),
        ("version: 1\ngroups:\n  a: {}\n  b: {}\n  a: {}\n", "line 5: 'a' stands here twice"),
        ('{"version": 1, "groups": {"a": {}, "a": {}}}', "a name twice"),
        ('{"version": 1,', "it is not JSON"),
        ("version: 1\ngroups: &a {}\nclaims: *a\n", "line 2: anchors and aliases"),
        ("version: 1\ngroups: !!python/object:os.system {}\n", "line 2: tags"),
        ("version: 1\ngroups: {<<: {a: {}}}\n", "merging"),
        ("version: 1\ngroups: " + "[" * 50 + "]" * 50, "nested more than 20 deep"),
        ("version: 1\n---\nversion: 1\n", "more than one document"),
        ("version: 1\n\tgroups: {}\n", "line 2"),
        ("version: 1\ngroups: {a: {display_name: Gr\xfc\xdfe}}\n".encode("latin-1"), "not UTF-8"),
        ("version: 1\n".encode("utf-16"), "UTF-16"),
        (b"version: 1\ngroups: {a: {display_name: '\x00'}}\n", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_applied(
    imported, exported, events, content, message
):
    if isinstance(content, str):
        content = content.replace("version: 1\n", "version: 1\n", 1)
    before = exported()

    ran = imported(content, "--yes", "--prune")

    assert ran.exit_code == 1
    assert message in ran.errors
    assert exported() == before


def test_one_wrong_object_keeps_all_others_out(imported, exported):
    wrong = CONFIGURATION.replace("https://pay.example/cb", "http://pay.example/cb#x")

    ran = imported(wrong, "--yes")

    assert ran.errors.startswith("clients/payroll/redirect_uris: ")
    assert exported() == "version: 1\nclaims: {}\ngroups: {}\nclients: {}\n"


def test_with_json_somebody_has_to_have_decided(imported):
    assert imported(CONFIGURATION, "--json").exit_code == 2
