"""The suite's own host: it is redirected and posted to, and publishes what the provider fetches."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that reached the suite."""

    method: str
    path: str
    query: str
    form: dict[str, str]
    content_type: str


@dataclass
class Suite:
    """`documents` by path: what it publishes, with its content type."""

    port: int = 0
    documents: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def publish(self, path: str, content: bytes, content_type: str = "application/json") -> str:
        """Returns where it is published."""
        self.documents[path] = (content, content_type)
        return self.url(path)

    def visits_to(self, path: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.path == path]

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path in self.documents:
            content, content_type = self.documents[request.path]
            return Response(content, content_type=content_type)
        self.visits.append(
            Visit(
                request.method,
                request.path,
                request.query_string.decode(),
                request.form.to_dict(),
                request.mimetype,
            )
        )
        return Response("the suite", mimetype="text/plain")


@contextmanager
def running(tls: ssl.SSLContext) -> Iterator[Suite]:
    """On a free port, in a thread."""
    suite = Suite()
    server = make_server("127.0.0.1", 0, suite.wsgi, threaded=True, ssl_context=tls)
    suite.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield suite
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
