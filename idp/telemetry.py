"""Traces in OpenTelemetry's form, where they are switched on: one span for each request.

A span carries the endpoint's name and the reference of the request, which finds it in log, audit
and traces of protocol requests. It carries no URL: those hold codes, states and addresses.
OpenTelemetry's own instrumentation records them, so it is not used. Where spans are sent is told by
the environment variables of OpenTelemetry (`OTEL_EXPORTER_OTLP_ENDPOINT`, …).
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

SERVICE_NAME = "idp"


class TelemetryMissing(Exception):
    """It is switched on, but not installed; the message says how."""


class Telemetry:
    """One process's tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(self, traceparent: str, reference: str, waited: float = 0) -> Span:
        """The span of a request that came so many seconds ago; a proxy's `traceparent` makes it a
        part of what the proxy told.
        """
        from opentelemetry.propagate import extract  # noqa: PLC0415
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        return self._tracer.start_span(
            "request",
            context=extract({"traceparent": traceparent}),
            kind=SpanKind.SERVER,
            attributes={"idp.reference": reference},
            start_time=time.time_ns() - int(waited * 1e9),
        )

    def end(self, span: Span, *, endpoint: str, method: str, status: int) -> None:
        """The request was answered."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        span.update_name(f"{method} {endpoint}")
        span.set_attributes(
            {
                "http.request.method": method,
                "http.route": endpoint,
                "http.response.status_code": status,
            }
        )
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end()


def begin() -> Telemetry:
    """Sends spans from threads of this process. Raises `TelemetryMissing`."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise TelemetryMissing(
            "IDP_SERVER__OPENTELEMETRY needs packages that are not installed:"
            " pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
        ) from error
    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE_NAME)}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Telemetry(provider.get_tracer(SERVICE_NAME))
