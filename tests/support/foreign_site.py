"""Another site in the same browser: a client's web server, or somebody who means harm."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class ForeignSite:
    """Serves `pages` by path, redirects from `redirects`, and keeps what was posted to it.

    `localhost` on another port is another origin of the same site, so it gets Lax cookies along;
    `127.0.0.1` is another site.
    """

    port: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", *, host: str = "localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.bodies.append(request.get_data())
        if target := self.redirects.get(request.path):
            return Response(status=303, headers={"Location": target})
        page = self.pages.get(request.path, "<main data-page=arrived><h1>Arrived</h1></main>")
        return Response(_DOCUMENT.format(page), mimetype="text/html")


_DOCUMENT = "<!doctype html><html lang=en><title>Elsewhere</title><link rel=icon href=data:,>{}"


@contextmanager
def running() -> Iterator[ForeignSite]:
    """On a free port, in a thread."""
    site = ForeignSite()
    server = make_server("127.0.0.1", 0, site.wsgi, threaded=True)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
