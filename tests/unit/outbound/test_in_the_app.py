"""The door as the app's settings open it, and an outbox that sends through it."""

import pytest

from idp import outbound, outbox
from idp.clock import now
from idp.extensions import transaction
from idp.jobs.deliver_outbox import deliver
from idp.outbound import OutboundError, OutboundRefused, Reason
from idp.outbox import State
from idp.outbox.delivery import Delivered, GiveUp, TryLater
from tests.support.foreign_host import answers, listening
from tests.support.outbound import KEYS


@pytest.fixture
def overrides(ca_file):
    return {"outbound_allow": ("localhost",), "outbound_ca_file": ca_file}


@pytest.fixture(autouse=True)
def _in_the_app(app):
    with app.app_context():
        yield


def test_settings_say_which_private_hosts_may_be_called(tls):
    with listening(answers(KEYS), tls=tls) as host:
        assert outbound.fetch_json(f"https://localhost:{host.port}/jwks") == {"keys": []}
        with pytest.raises(OutboundRefused) as refused:
            outbound.fetch(f"https://127.0.0.1:{host.port}/jwks")

    assert refused.value.reason is Reason.PORT


def notify(message):
    try:
        status = outbound.post_form(message.payload["uri"], {"logout_token": "x.y.z"})
    except OutboundRefused as refused:
        return GiveUp(refused.reason)
    except OutboundError as failed:
        return TryLater(failed.reason)
    return Delivered() if status in {200, 204} else TryLater(f"status {status}")


def test_a_message_reaches_a_host_and_its_fate_can_be_told(tls):
    with (
        listening(answers(b""), tls=tls) as well,
        listening(answers(b"", "503 Busy"), tls=tls) as ill,
    ):
        uris = {
            "well": f"https://localhost:{well.port}/out",
            "ill": f"https://localhost:{ill.port}/out",
            "inside": f"https://127.0.0.1:{well.port}/out",
        }
        with transaction():
            for client_id, uri in uris.items():
                outbox.put("notice", client_id, {"uri": uri}, about="s-1")

        assert deliver(now(), {"notice": notify}) == 1

    assert len(well.requests) == 1
    assert well.requests[0].endswith(b"logout_token=x.y.z")
    assert {one.recipient: one.state for one in outbox.progress("s-1")} == {
        "well": State.DELIVERED,
        "ill": State.WAITING,
        "inside": State.DEAD,
    }
