"""What we know about Authlib and joserfc and have built around: an upgrade that changes it shows.

When a test of a defect fails, the defect is gone: delete the override that it explains.
"""

import base64
import inspect
import subprocess
import sys

import pytest
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientAuthentication, InvalidClientError
from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnsupportedResponseTypeError
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.hooks import Hookable
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc7636 import CodeChallenge
from joserfc.jws import JWSRegistry

from idp.oauth.machine import AuthlibRequest, MachineRequest
from idp.oauth.request import StoredAuthorizationRequest
from idp.oauth.rfc6749_authorization_code import CodeGrant
from idp.oauth.rfc6749_client_credentials import MachineGrant
from idp.oauth.rfc6749_refresh_token import RefreshGrant
from idp.oauth.rfc7636_pkce import ProofKey
from idp.oauth.rows import UnaddressedRequest
from idp.oauth.server import Server

OURS = (
    (Server, AuthorizationServer),
    (CodeGrant, AuthorizationCodeGrant),
    (RefreshGrant, RefreshTokenGrant),
    (MachineGrant, ClientCredentialsGrant),
    (ProofKey, CodeChallenge),
)
OUR_OWN = {
    *("registered", "require_admitted"),
    *("_rotates", "_grace", "_use_grace", "_react_to_reuse"),
}


def test_what_we_override_exists():
    for ours, theirs in OURS:
        for base in ours.__mro__:
            if base.__module__.startswith("idp."):
                methods = {name for name, value in vars(base).items() if callable(value)}
                unknown = {name for name in methods - OUR_OWN if not hasattr(theirs, name)}
                assert unknown - {"__init__"} == set(), (ours, unknown)


def test_hooks_are_an_unordered_set():
    hookable = Hookable()

    hookable.register_hook("x", print)

    assert isinstance(hookable._hooks["x"], set)


@pytest.mark.parametrize(
    ("grant", "steps"),
    [
        (
            AuthorizationCodeGrant,
            (
                "user = self.authenticate_user(authorization_code)",
                "token = self.generate_token(",
                "self.save_token(token)",
                "self.delete_authorization_code(authorization_code)",
            ),
        ),
        (
            RefreshTokenGrant,
            (
                "user = self.authenticate_user(refresh_token)",
                "token = self.issue_token(user, refresh_token)",
                "self.save_token(token)",
                "self.revoke_old_credential(refresh_token)",
            ),
        ),
    ],
)
def test_tokens_are_made_before_they_are_saved(grant, steps):
    """We sign in the second step and pass the gate in the third: nothing may be in between."""
    source = inspect.getsource(sys.modules[grant.__module__])
    positions = [source.index(step) for step in steps]

    assert positions == sorted(positions)


def test_the_client_is_known_when_a_refresh_token_is_looked_up():
    source = inspect.getsource(RefreshTokenGrant.validate_token_request)

    assert source.index("self.request.client = client") < source.index(
        "self._validate_request_token(client)"
    )


def test_pkce_is_verified_after_redirect_uri_and_before_the_gate():
    """The hook runs when `validate_token_request` passed: a wrong verifier consumes nothing."""
    grant = CodeGrant(None, None)
    ProofKey()(grant)

    assert len(grant._hooks["after_validate_token_request"]) == 1
    assert len(grant._hooks["after_create_token_response"]) == 0


def test_a_request_of_ours_is_taken_as_it_is():
    source = inspect.getsource(sys.modules[AuthorizationServer.__module__])

    assert "if not isinstance(request, OAuth2Request):" in source
    assert issubclass(StoredAuthorizationRequest, OAuth2Request)


def test_requests_of_ours_have_all_that_one_of_authlibs_begins_with():
    theirs = OAuth2Request("POST", "https://idp.example/token")

    for ours in (AuthlibRequest(MachineRequest()), UnaddressedRequest):
        assert [name for name in vars(theirs) if not hasattr(ours, name)] == []


class TestDefects:
    """Still there in this version; each explains a rule or an override of ours."""

    def test_c1_descriptions_of_input_raise(self):
        with pytest.raises(ValueError, match="forbidden characters"):
            InvalidRequestError('Redirect URI " is not supported by client.')
        with pytest.raises(ValueError, match="forbidden characters"):
            UnsupportedResponseTypeError("code", "The response type '\\' is not supported.")

    def test_c2_basic_that_is_not_utf_8_raises(self):
        with pytest.raises(UnicodeDecodeError):
            extract_basic_authorization(basic(b"\xff:\xff"))

    def test_c4_a_missing_grant_type_is_called_unsupported(self):
        from authlib.oauth2.rfc6749.errors import UnsupportedGrantTypeError

        request = OAuth2Request("POST", "https://idp.example/token")
        request.payload = BasicOAuth2Payload({})

        with pytest.raises(UnsupportedGrantTypeError):
            AuthorizationServer().get_token_grant(request)

    def test_c6_only_five_parameters_may_not_be_repeated(self):
        names = {"response_type", "client_id", "redirect_uri", "scope", "state"}
        source = inspect.getsource(AuthorizationCodeGrant.validate_no_multiple_request_parameter)

        assert all(f'"{name}"' in source for name in names)
        assert "nonce" not in source

    def test_c7_two_credentials_are_taken(self):
        class Client:
            def check_client_secret(self, secret):
                return secret == "right"

            def check_endpoint_auth_method(self, method, endpoint):
                return True

        request = OAuth2Request("POST", "https://idp.example/token", headers=basic(b"a:right"))
        request.payload = BasicOAuth2Payload({"client_id": "b", "client_secret": "wrong"})
        authentication = ClientAuthentication(lambda _client_id: Client())

        assert authentication(request, ["client_secret_basic", "client_secret_post"])

    def test_c8_basic_is_not_form_decoded(self):
        assert extract_basic_authorization(basic(b"a+b:c"))[0] == "a+b"

    def test_c9_the_status_depends_on_the_methods_allowed(self):
        authentication = ClientAuthentication(lambda _client_id: None)
        request = OAuth2Request("POST", "https://idp.example/token")
        request.payload = BasicOAuth2Payload({})

        with pytest.raises(InvalidClientError) as caught:
            authentication(request, ["none"])

        assert caught.value.status_code == 400

    def test_c14_a_missing_token_has_an_unregistered_code(self):
        from authlib.oauth2.rfc6749.errors import MissingAuthorizationError

        assert MissingAuthorizationError.error == "missing_authorization"

    def test_c16_success_is_a_302(self):
        source = inspect.getsource(AuthorizationCodeGrant.create_authorization_response)

        assert "return 302" in source

    def test_pkce_defaults_to_plain_and_its_pattern_takes_a_newline(self):
        from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN

        assert CodeChallenge.DEFAULT_CODE_CHALLENGE_METHOD == "plain"
        assert CODE_CHALLENGE_PATTERN.match("A" * 43 + "\n")

    def test_a_missing_auth_time_becomes_now_and_user_claims_overwrite(self):
        from authlib.oidc.core.grants.util import generate_id_token

        source = inspect.getsource(generate_id_token)

        assert "auth_time = now" in source
        assert source.index("payload.update(user_info)") > source.index('"iss": iss')

    def test_c12_access_tokens_live_ten_days(self):
        from authlib.oauth2.rfc6750 import BearerTokenGenerator

        assert BearerTokenGenerator.GRANT_TYPES_EXPIRES_IN["authorization_code"] == 864_000


def test_joserfc_offers_three_algorithms_unless_told_otherwise():
    assert set(JWSRegistry.recommended) == {"HS256", "RS256", "ES256"}


def test_the_leaving_jose_module_is_not_loaded():
    code = "import sys, idp.oauth.server; sys.exit('authlib.jose' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def basic(pair: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
