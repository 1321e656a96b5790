import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from idp.clients import document
from idp.clients.document import CHECKED, KEPT, NOT_OFFERED, OURS, from_document
from idp.clients.metadata import Invalid, ProposedClient, problems
from idp.clients.redirect_uri import Deployment

PHOTOS = {"client_name": "Photos", "redirect_uris": ["https://app.example/cb"]}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
MEMBER = st.sampled_from([*CHECKED, *OURS, *KEPT, *NOT_OFFERED, "client_name#fr", "logo_uri#xx"])


@pytest.mark.spec("RFC 7591", "2")
def test_what_is_left_out_has_the_defaults_of_the_specification():
    proposed = from_document(PHOTOS)

    assert proposed.grant_types == ("authorization_code",)
    assert proposed.response_types == ("code",)
    assert proposed.application_type == "web"
    assert proposed.id_token_signed_response_alg == "RS256"
    assert not proposed.is_public


@pytest.mark.spec("RFC 7591", "2")
def test_what_is_unknown_is_ignored_and_named():
    strange = PHOTOS | {"colour": "blue", "client_name#not a language": "x", "client_id": "mine"}

    assert from_document(strange) == from_document(PHOTOS)
    assert document.ignored_members(strange) == ["client_name#not a language", "colour"]


def test_null_is_the_same_as_nothing():
    nulls = dict.fromkeys([*CHECKED, *OURS, *KEPT, *NOT_OFFERED])

    assert from_document(nulls | PHOTOS) == from_document(PHOTOS)


@pytest.mark.parametrize("member", NOT_OFFERED)
def test_what_we_know_and_do_not_offer_is_refused(member):
    asked = from_document(PHOTOS | {member: "RSA-OAEP-256"})

    assert asked == Invalid({member: "is not offered"})


@pytest.mark.parametrize(("member", "value"), [("subject_type", "public")])
def test_what_asks_for_nothing_special_is_fine(member, value):
    assert from_document(PHOTOS | {member: value}) == from_document(PHOTOS)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_name", 5),
        ("client_name#fr", ["Photos"]),
        ("redirect_uris", "https://app.example/cb"),
        ("redirect_uris", [["https://app.example/cb"]]),
        ("grant_types", {"authorization_code": True}),
        ("default_max_age", True),
        ("default_max_age", "60"),
        ("default_max_age", 1.5),
        ("require_auth_time", "true"),
        ("trusted", 1),
        ("jwks", [{}]),
        ("contacts", [None]),
    ],
)
def test_a_wrong_type_is_a_problem_of_its_member(member, value):
    asked = from_document(PHOTOS | {member: value})

    assert isinstance(asked, Invalid)
    assert asked.problems.keys() == {member}


@pytest.mark.parametrize("thing", [None, [], "x", 5, [PHOTOS]])
def test_only_an_object_is_a_document(thing):
    assert from_document(thing) == Invalid({"": "must be a JSON object"})


@given(st.dictionaries(MEMBER, JSON, max_size=6))
def test_no_document_makes_it_stumble(members):
    for asked in (from_document(members), from_document(PHOTOS | members)):
        if isinstance(asked, ProposedClient):
            for member, problem in problems(asked, Deployment.PUBLIC).items():
                json.dumps({member: problem}).encode()


def test_names_in_other_languages_are_kept():
    proposed = from_document(
        PHOTOS | {"client_name#fr": "Photos", "tos_uri#de-CH": "https://a.b/c"}
    )

    assert proposed.metadata == {"client_name#fr": "Photos", "tos_uri#de-CH": "https://a.b/c"}


def test_of_a_key_set_only_the_keys_are_kept():
    key = ECKey.generate_key("P-256").as_dict(private=False)
    proposed = from_document(PHOTOS | {"jwks": {"keys": [key], "note": "\x00"}})

    assert proposed.jwks == {"keys": [key]}


def test_a_client_without_a_name_is_called_by_its_host():
    proposed = from_document({"redirect_uris": ["https://app.example/cb"]})

    assert proposed.client_name == "app.example"
