"""Scopes of an authorization request: what cannot be given is dropped; none left is refused."""

from tests.http.oauth.conftest import error_of
from tests.support.spec_matrix import spec


@spec("RFC 6749", "3.3")
def test_unknown_and_disallowed_scopes_are_dropped(a, judged, approve):
    rp = a.client(scope="openid email reports:read")

    request = judged(rp, scope='reports:read openid x " profile openid EMAIL')

    assert request.scope == ("reports:read", "openid")
    assert approve.tokens(rp, scope="email openid nothing")["scope"] == "email openid"


@spec("RFC 6749", "3.3")
def test_nothing_left_is_refused(rp):
    """A99."""
    for scope in (None, "", " ", "nothing", "OPENID", "openid,profile", "openid\tprofile", "é"):
        assert error_of(rp, scope=scope) == "invalid_scope", scope


def test_more_than_fifty_scopes_are_refused(rp):
    assert error_of(rp, scope="openid " + " ".join(f"s{n}" for n in range(50))) == "invalid_scope"
    assert error_of(rp, scope="openid " + " ".join(f"s{n}" for n in range(49))) == "login_required"


@spec("OIDC Core", "11")
def test_offline_access_needs_the_refresh_grant(a, judged):
    rp = a.client(grant_types=("authorization_code",))

    assert judged(rp, scope="openid offline_access").scope == ("openid",)
