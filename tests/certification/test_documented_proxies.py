"""The configurations of docs/operations, in front of a production server."""

import json

import httpx
import pytest

from tests.certification import documented_proxies
from tests.certification import tester as testers
from tests.certification.provider import set_up


@pytest.fixture(
    params=[documented_proxies.nginx, documented_proxies.caddy], ids=lambda it: it.__name__
)
def behind(request, certificates, tmp_path):
    if not documented_proxies.are_installed():
        refuse = pytest.fail if documented_proxies.are_required() else pytest.skip
        refuse(documented_proxies.MISSING)
    with set_up(tmp_path / "provider", certificates, {}, in_front=request.param) as provider:
        yield provider


def test_people_sign_in_behind_it_and_the_doctor_finds_nothing_wrong(behind, suite, trust):
    tester = testers.Tester(behind, suite, trust)
    tester.use_client()
    try:
        tokens, claims = tester.sign_in()
        assert tester.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}
        # As long as a state may be; no buffer of the proxy is too small for the way back.
        state = "ż" * 1024
        assert tester.authorize(state=state, prompt="none")["state"] == state
    finally:
        tester.close()

    # Discovery, keys and cookies, and whether the proxy hands on host and address.
    findings = json.loads(behind.run("doctor", "--json").stdout)["findings"]
    outside = [one for one in findings if one["subject"] == "seen from outside"]
    assert {one["level"] for one in outside} == {"ok"}

    with httpx.Client(base_url=behind.issuer, verify=trust) as browser:
        assert browser.get("/metrics").status_code == 404
        assert browser.post("/token", content=b"a" * 70_000).status_code == 413
        discovery = browser.get("/.well-known/openid-configuration")
        again = browser.get(
            "/.well-known/openid-configuration",
            headers={"If-None-Match": discovery.headers["ETag"]},
        )
        assert again.status_code == 304
