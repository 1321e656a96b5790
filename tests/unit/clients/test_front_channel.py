"""Which clients may have tokens by the browser: none, unless the deployment offers it."""

from dataclasses import replace

import pytest

from idp.clients.document import from_document
from idp.clients.metadata import ProposedClient, problems
from idp.clients.redirect_uri import Deployment
from tests.support.spec_matrix import spec

FRONT = Deployment(has_front_channel=True)
OLD = ProposedClient(
    client_name="Old",
    redirect_uris=("https://app.example/cb",),
    grant_types=("implicit",),
    response_types=("id_token", "id_token token"),
)


@spec("RFC 7591", "2.1")
@pytest.mark.parametrize(
    ("grants", "types", "wrong"),
    [
        (("implicit",), ("id_token", "id_token token"), set()),
        (("authorization_code", "implicit"), ("code id_token", "code token"), set()),
        (("authorization_code", "implicit"), ("code", "id_token"), set()),
        (("implicit",), ("code id_token",), {"response_types"}),
        (("authorization_code",), ("code id_token",), {"response_types"}),
        (("implicit",), (), {"response_types"}),
        (("implicit",), ("token",), {"response_types"}),
    ],
)
def test_grants_and_responses_agree(grants, types, wrong):
    client = replace(OLD, grant_types=grants, response_types=types)

    assert set(problems(client, FRONT)) == wrong


def test_without_the_switch_it_is_not_offered():
    assert set(problems(OLD, Deployment.PUBLIC)) == {"grant_types", "response_types"}


def test_a_document_may_name_them_in_any_order():
    document = {"response_types": ["token id_token code"], "grant_types": ["implicit"]}

    asked = from_document(document)

    assert isinstance(asked, ProposedClient)
    assert asked.response_types == ("code id_token token",)
    assert "openid" in asked.scope
