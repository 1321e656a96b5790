"""Behind the switches, in a real browser: frames that sign apps out, and answers in a fragment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from config import ProtocolSettings
from tests.support import live_server, provider, run
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, Factory
from tests.support.live_server import LiveServer
from tests.support.relying_party import answer
from tests.support.spec_matrix import spec

SWITCHES = {
    "IDP_PROTOCOL__FRONT_CHANNEL_RESPONSE_TYPES": "true",
    "IDP_PROTOCOL__FRONT_CHANNEL_LOGOUT": "true",
}


@pytest.fixture
def a(tmp_path: Path) -> Iterator[Factory]:
    """A deployment for old clients."""
    with provider.databases().migrated(EngineKind.SQLITE, tmp_path) as database_url:
        settings = provider.settings_for(
            database_url,
            run.folder(),
            issuer=f"http://localhost:{live_server.free_port()}",
            protocol=ProtocolSettings(front_channel_response_types=True, front_channel_logout=True),
        )
        here = provider.build(settings)
        environment = provider.environment(settings) | SWITCHES
        server = LiveServer(settings.issuer, environment, tmp_path / "server.log", run.ledger())
        with live_server.running(server):
            factory = Factory(here)
            factory.user()
            yield factory
        provider.dispose(here)


@spec("Front-Channel Logout", "3")
@spec("RP-Initiated Logout", "3")
def test_the_app_is_signed_out_in_its_frame_and_then_the_user_goes_back(a, visitor, elsewhere):
    rp = a.client(
        redirect_uris=[elsewhere.url("/callback")],
        frontchannel_logout_uri=elsewhere.url("/out?tenant=7"),
        post_logout_redirect_uris=(elsewhere.url("/bye"),),
    )
    visitor.open(rp.issuer + rp.authorization_url()).sign_in(EMAIL).press("Allow")
    visitor.is_at("arrived")
    hint = rp.exchange(answer(visitor.page.url)["code"]).get_json()["id_token"]
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    back = elsewhere.url("/bye")
    visitor.open(f"{rp.issuer}/logout?id_token_hint={hint}&post_logout_redirect_uri={back}&state=s")

    visitor.page.wait_for_url(f"{back}?state=s")
    (frame,) = [url for url in asked if "/out?" in url]
    assert parse_qs(urlsplit(frame).query).keys() == {"tenant", "iss", "sid"}


@spec("OIDC Core", "3.2.2.5")
def test_an_answer_in_the_fragment_stays_in_the_browser(a, visitor, elsewhere):
    rp = a.client(
        redirect_uris=[elsewhere.url("/callback")],
        grant_types=("implicit",),
        response_types=("id_token", "id_token token"),
    )
    asked = rp.authorization_url(response_type="id_token token")

    visitor.open(rp.issuer + asked).sign_in(EMAIL).press("Allow").is_at("arrived")

    parts = urlsplit(visitor.page.url)
    assert not parts.query
    assert {"id_token", "access_token", "iss", "state"} <= parse_qs(parts.fragment).keys()
