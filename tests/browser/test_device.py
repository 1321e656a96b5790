"""Connecting a device, without scripts and without a mouse."""

import pytest

from tests.support.visitor import Way


@pytest.mark.parametrize("visitor", [Way.WITHOUT_SCRIPTS, Way.KEYBOARD], indirect=True)
def test_a_code_from_another_screen_is_typed_carelessly_and_allowed(site, visitor, ann):
    tv = site.a.client(
        "native", client_name="Television", redirect_uris=["http://127.0.0.1/callback"]
    )
    asking = {"client_id": tv.client_id, "scope": "openid"}
    asked = tv.client.post("/device_authorization", data=asking, base_url=tv.issuer).json
    carelessly = asked["user_code"].replace("-", "").lower()

    visitor.open(asked["verification_uri"]).is_at("device")
    visitor.fill(user_code=carelessly).press("Continue").sign_in(ann.email)
    visitor.is_at("device").reads("Television").press("Allow")

    visitor.reads("Your device is connected")
