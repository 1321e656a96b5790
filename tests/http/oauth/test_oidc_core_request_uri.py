"""Request objects by reference: only where offered, only what is registered, and only there."""

import pytest

from idp.oauth.errors import ShownError
from tests.support.foreign_host import answers, drips, keeps_silent, listening
from tests.support.outbound import HEAD, authority, ca_file, tls
from tests.support.relying_party import answer
from tests.support.signer import signer
from tests.support.spec_matrix import spec

__all__ = ["authority", "ca_file", "tls"]

OURS = signer("RS256")


class TestOff:
    """As a deployment is that does not say otherwise."""

    @spec("OIDC Core", "3.1.2.6")
    def test_a_reference_is_refused_by_its_own_code(self, a):
        rp = a.client(jwks=OURS.jwks, request_uris=["https://app.example/r"])

        response = rp.client.get(rp.authorization_url(request_uri="https://app.example/r"))

        assert answer(response.headers["Location"])["error"] == "request_uri_not_supported"


class TestOn:
    """Behind the switch."""

    @pytest.fixture
    def overrides(self, ca_file):
        return {
            "protocol": {"request_uri": True},
            "outbound_allow": ("localhost",),
            "outbound_ca_file": ca_file,
        }

    @pytest.fixture
    def register(self, a):
        def with_uris(*uris):
            return a.client(jwks=OURS.jwks, request_uris=list(uris))

        return with_uris

    @staticmethod
    def error(rp, uri, **more):
        response = rp.client.get(rp.authorization_url(prompt="none", request_uri=uri, **more))
        assert response.status_code == 303, response.text
        return answer(response.headers["Location"])["error"]

    @spec("OIDC Core", "6.2")
    def test_the_object_is_fetched_without_the_fragment(self, app, tls, register):
        from idp.oauth import server

        def behave(connection, over):
            answers(OURS.sign(rp.parameters(nonce="inner")).encode() + b"\n")(connection, over)

        with listening(behave, tls=tls) as host:
            uri = f"https://localhost:{host.port}/r?v=1"
            rp = register(f"{uri}#first")
            outer = rp.parameters(request_uri=f"{uri}#second", nonce="outer")

            with app.app_context():
                request = server.accept(list(outer.items()))

        assert request.nonce == "inner"
        assert host.requests[0].startswith(b"GET /r?v=1 HTTP/1.1\r\n")

    @spec("OIDC Core", "6.2")
    def test_what_is_not_registered_is_never_called(self, tls, register):
        with listening(answers(b"x"), tls=tls) as canary:
            base = f"https://localhost:{canary.port}"
            rp = register(f"{base}/r")

            for uri in (
                *(f"{base}/s", f"{base}/r?", f"{base}/r/", f"{base}/R", f"{base}/r%20"),
                *("file:///etc/passwd", "urn:example:request", "#", "x" * 3_000),
            ):
                assert self.error(rp, uri) == "invalid_request_uri", uri
            assert canary.connections == 0

    @spec("OIDC Core", "3.1.2.6")
    @pytest.mark.parametrize(
        ("behaviour", "code"),
        [
            (answers(b"", "404 Not Found"), "invalid_request_uri"),
            (answers(b"", "302 Found", "Location: https://localhost/\r\n"), "invalid_request_uri"),
            (answers(b"x" * 70_000), "invalid_request_uri"),
            (keeps_silent, "invalid_request_uri"),
            (drips(HEAD + b"Content-Length: 99\r\n\r\n", b"x"), "invalid_request_uri"),
            (answers(b""), "invalid_request_object"),
            (answers(b"\xff\xfe"), "invalid_request_object"),
            (answers(b"e30.e30.e30"), "invalid_request_object"),
            (answers(b"x" * 60_000), "invalid_request_object"),
        ],
    )
    def test_a_host_that_has_no_good_object(self, tls, register, behaviour, code):
        with listening(behaviour, tls=tls) as host:
            uri = f"https://localhost:{host.port}/r"

            assert self.error(register(uri), uri) == code

    def test_a_host_inside_is_never_called(self, tls, register):
        with listening(answers(b"x"), tls=tls) as canary:
            uri = f"https://127.0.0.1:{canary.port}/r"

            assert self.error(register(uri), uri) == "invalid_request_uri"
            assert canary.connections == 0

    @spec("RFC 9101", "5")
    def test_by_value_and_by_reference_exclude_each_other(self, register):
        uri = "https://app.example/r"
        rp = register(uri)

        assert self.error(rp, uri, request=OURS.sign({})) == "invalid_request"

    def test_nothing_is_fetched_for_an_unknown_client(self, app, tls, register):
        from idp.oauth import server

        with listening(answers(b"x"), tls=tls) as canary, app.app_context():
            rp = register(f"https://localhost:{canary.port}/r")
            outer = rp.parameters(
                client_id="nobody", request_uri=f"https://localhost:{canary.port}/r"
            )
            with pytest.raises(ShownError):
                server.accept(list(outer.items()))
            assert canary.connections == 0

    @spec("OIDC Discovery", "3")
    def test_the_switch_is_published(self, client):
        document = client.get("/.well-known/openid-configuration").json

        assert document["request_uri_parameter_supported"] is True
        assert document["require_request_uri_registration"] is True
