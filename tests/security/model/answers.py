"""What has to hold about every answer by itself: where it leads, who gets it, what it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tests.security.model.people import Request

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.security.model.books import Books

_INTERACTION = re.compile(r"/interaction/([^/]+)")


def leads_home(books: Books, request: Request, response: TestResponse) -> None:
    """No redirect to an unregistered URI."""
    if "Location" not in response.headers:
        return
    target = urlsplit(urljoin(request.url, response.headers["Location"]))
    where = f"{target.scheme}://{target.netloc}{target.path}"
    is_ours = f"{target.scheme}://{target.netloc}" == books.issuer
    assert is_ours or where in books.registered, f"{request.url} led to {where}"


def stays_in_its_browser(books: Books, request: Request, response: TestResponse) -> None:
    """R41: another browser is shown nothing, unless it was given the value of the first."""
    found = _INTERACTION.match(urlsplit(request.url).path)
    if found is None or response.status_code >= 400:
        return
    first = books.interactions.setdefault(found[1], request.by)
    is_shared = request.by.has_others_binding or first.has_others_binding
    assert first is request.by or is_shared, f"{request.by} is in an interaction of {first}"


def tells_nothing_of_others(books: Books, request: Request, response: TestResponse) -> None:
    if not response.mimetype.startswith("text/"):
        return
    text = response.get_data(as_text=True)
    for person in books.people:
        if person is not request.by:
            assert not any(secret in text for secret in person.secrets()), person.name
