import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config import ServerSettings
from idp import telemetry
from tests.support.databases import EngineKind

on_one_engine = pytest.mark.parametrize("engine_kind", [EngineKind.SQLITE], indirect=True)

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECRET = "ac_what-nobody-may-read"


@pytest.fixture
def received(monkeypatch):
    """Spans that a collector on this machine was sent."""
    spans, arrived = [], threading.Event()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                spans.extend(span for scope in resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")

    def wait():
        assert arrived.wait(30)
        return spans

    yield wait
    server.shutdown()
    thread.join()
    server.server_close()


@on_one_engine
class TestSwitchedOn:
    @pytest.fixture
    def overrides(self, received):
        return {"server": ServerSettings(opentelemetry=True)}

    def test_a_request_is_a_span_with_its_reference_and_without_its_url(self, client, received):
        client.get(
            f"/authorize?code={SECRET}&client_id=nobody",
            headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
        )

        [span] = received()
        told = {one.key: one.value for one in span.attributes}
        assert span.name.startswith("GET ")
        assert span.trace_id.hex() == TRACE
        assert told["http.response.status_code"].int_value == 400
        assert len(told["idp.reference"].string_value) == len("7F3K-91QD")
        assert SECRET not in str(span)


@on_one_engine
def test_switched_off_it_is_not_even_loaded(app):
    assert "idp.telemetry" not in app.extensions


def test_without_its_packages_the_start_says_what_to_install(monkeypatch):
    monkeypatch.setitem(
        __import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None
    )
    with pytest.raises(telemetry.TelemetryMissing, match="pip install"):
        telemetry.begin()
