"""Groups and claims of one's own, from a terminal."""

import json

import pytest

EMAIL = "ann@example.com"


def test_a_group_is_made_filled_shown_and_deleted(idp, a, events):
    a.user(), a.user("bob@example.com")

    made = idp("group", "create", "staff", "--display-name", "Staff", "--role", "editor", "--json")
    assert made.document["roles"] == ["editor"]
    added = idp("group", "add", "staff", EMAIL, "bob@example.com", "--json")
    assert added.document["added"] == [EMAIL, "bob@example.com"]
    assert idp("group", "add", "staff", EMAIL, "--json").document["added"] == []
    assert idp("group", "list", "--json").document[0]["members"] == 2
    changed = idp("group", "set", "staff", "--description", "Everybody", "--json").document
    assert (changed["display_name"], changed["roles"]) == ("Staff", ["editor"])
    assert idp("group", "remove", "staff", EMAIL).exit_code == 0
    assert idp("group", "show", "staff", "--json").document["members"] == ["bob@example.com"]
    assert idp("group", "delete", "staff").exit_code == 0
    assert idp("group", "show", "staff").errors == "There is no group 'staff'.\n"
    assert [one for one in events() if one.startswith("group")] == [
        *("group_created", "group_member_added", "group_member_added", "group_changed"),
        *("group_member_removed", "group_removed"),
    ]


def test_of_several_people_all_are_added_or_nobody(idp, a):
    a.user()
    idp("group", "create", "staff")

    ran = idp("group", "add", "staff", EMAIL, "nobody@example.com")

    assert (ran.exit_code, ran.errors) == (1, "There is no user 'nobody@example.com'.\n")
    assert idp("group", "show", "staff", "--json").document["members"] == []


@pytest.mark.parametrize("name", ["", "two words", "<b>", "-x", "x" * 65, "ä"])
def test_a_name_that_apps_could_misread_is_refused(idp, name):
    ran = idp("group", "create", "--", name)

    assert ran.exit_code == 1
    assert ran.errors.startswith("name: ")


def test_a_group_is_not_made_twice(idp):
    idp("group", "create", "staff")

    assert "there is a group of this name already" in idp("group", "create", "staff").errors


def test_a_claim_is_defined_set_changed_and_deleted(idp, a, events, tmp_path):
    a.user()
    schema = tmp_path / "schema.json"
    schema.write_text('{"enum": ["Physics", "Maths"]}')
    define = ("claim", "define", "department", "--scope", "acme")

    assert idp(*define, "--schema", str(schema), "--json").document["scope"] == "acme"
    assert idp("claim", "set", EMAIL, "department", "Physics").exit_code == 0
    assert idp("claim", "set", EMAIL, "department", "Magic").errors == (
        'department: must be one of ["Physics", "Maths"]\n'
    )
    changed = idp("claim", "define", "department", "--description", "See your department", "--json")
    assert changed.document["schema"] == {"enum": ["Physics", "Maths"]}
    assert idp("claim", "show", EMAIL, "--json").document == {"department": "Physics"}
    assert idp("claim", "unset", EMAIL, "department").exit_code == 0
    assert idp("claim", "show", EMAIL, "--json").document == {}
    assert idp("claim", "delete", "department").exit_code == 0
    assert json.loads(idp("claim", "list", "--json").output) == []
    assert [one for one in events() if "claim" in one] == [
        *("claim_defined", "custom_claims_set", "claim_changed", "custom_claims_set"),
        "claim_removed",
    ]


def test_values_are_read_as_json_where_they_are_no_texts(idp, a):
    a.user()
    idp("claim", "define", "rooms", "--scope", "acme", "--multiple")
    idp("claim", "define", "level", "--scope", "acme", "--type", "number")

    assert idp("claim", "set", EMAIL, "rooms", '["4.11", "5"]').exit_code == 0
    assert idp("claim", "set", EMAIL, "level", "7").exit_code == 0
    assert idp("claim", "set", EMAIL, "level", "NaN").errors == "VALUE is not JSON: NaN\n"
    assert idp("claim", "show", EMAIL, "--json").document == {"level": 7, "rooms": ["4.11", "5"]}


@pytest.mark.parametrize("name", ["sub", "ACR", "email_verified", "groups", "client_id", "no one"])
def test_names_of_the_protocol_cannot_be_defined(idp, name):
    ran = idp("claim", "define", name, "--scope", "acme")

    assert (ran.exit_code, ran.errors[:6]) == (1, "name: ")


@pytest.mark.parametrize(
    "schema", ['{"pattern": "(a+)+$"}', '{"type": "date"}', '{"enum": []}', "[]", '{"items": 1}']
)
def test_a_schema_that_would_not_be_checked_is_refused(idp, tmp_path, schema):
    file = tmp_path / "schema.json"
    file.write_text(schema)

    ran = idp("claim", "define", "x", "--scope", "acme", "--schema", str(file))

    assert (ran.exit_code, ran.errors[:8]) == (1, "schema: ")
