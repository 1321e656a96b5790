"""The shortest document of a client says all there is to say of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from idp.clients import document, templates
from idp.clients.metadata import ProposedClient
from idp.clients.templates import Template
from idp.configuration.objects import as_if_registered, of_proposed

URI = "https://app.example/cb"
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "redirect_uris": st.just((URI,)),
        "scope": st.sampled_from(["openid", "", "openid email", "b a openid"]),
        "token_endpoint_auth_method": st.sampled_from([None, "none", "client_secret_basic"]),
        "rotate_refresh_tokens": st.sampled_from([None, True, False]),
        "trusted": st.booleans(),
        "default_max_age": st.sampled_from([None, 0, 60]),
        "access_token_lifetime": st.sampled_from([None, 60]),
        "require_auth_time": st.booleans(),
        "second_factor_policy": st.sampled_from([None, "required"]),
        "allowed_groups": st.sampled_from([(), ("staff",)]),
        "id_token_signed_response_alg": st.sampled_from(["RS256", "ES256"]),
        "subject_type": st.sampled_from(["public", "pairwise"]),
        "metadata": st.sampled_from([{}, {"contacts": ("a@b.example",), "client_uri": URI}]),
    },
)


@given(st.sampled_from(Template), CHANGES)
def test_a_client_read_from_its_shortest_document_is_the_same(
    kind: Template, changes: dict[str, object]
) -> None:
    proposed = replace(templates.propose(kind, "App"), **changes)  # type: ignore[arg-type]

    brief = of_proposed(proposed)

    again = document.from_document(brief)
    assert isinstance(again, ProposedClient)
    whole = [document.as_document(as_if_registered(one, None)) for one in (again, proposed)]
    assert whole[0] == whole[1]
    assert of_proposed(again) == brief


def test_a_plain_client_takes_two_lines() -> None:
    plain = ProposedClient(client_name="App", redirect_uris=(URI,))

    assert of_proposed(plain) == {"client_name": "App", "redirect_uris": [URI]}
