"""Who may call the Admin API: tokens that are meant for it, scopes, roles and fresh proofs."""

from __future__ import annotations

from tests.http.api.conftest import Api, problem
from tests.support.spec_matrix import spec


@spec("RFC 9068", "4")
@spec("RFC 6750", "2.1")
def test_a_machine_with_the_scope_is_answered(api: Api) -> None:
    robot = api.machine("admin:clients.read")

    answer = robot.get("/clients")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert [one["client_name"] for one in answer.json["items"]] == ["Robot"]
    assert answer.headers["Cache-Control"] == "no-store"


@spec("RFC 6750", "3.1")
def test_who_brings_no_token_is_told_where_to_get_one_and_nothing_else(api: Api) -> None:
    client = api.a.app.test_client()

    answer = client.get("/api/admin/v1/clients", base_url=api.issuer)

    problem(answer, 401, "unauthenticated")
    assert "error=" not in answer.headers["WWW-Authenticate"]
    assert f"{api.issuer}/.well-known/oauth-protected-resource" in str(answer.headers)


@spec("RFC 9728", "2")
@spec("RFC 9728", "3.1")
def test_the_api_says_whose_tokens_it_takes_and_which_scopes_it_knows(api: Api) -> None:
    client = api.a.app.test_client()

    told = client.get("/.well-known/oauth-protected-resource/api/admin/v1", base_url=api.issuer)
    discovery = client.get("/.well-known/openid-configuration", base_url=api.issuer)

    assert told.json["resource"] == api.resource
    assert told.json["authorization_servers"] == [api.issuer]
    assert "admin:clients" in told.json["scopes_supported"]
    assert "admin:" not in str(discovery.json["scopes_supported"]), "no app needs to know them"
