"""Every form of the story is sent by somebody else first: without its token, with another person's,
or from another origin (A61, A62). Nothing may come of it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.security.model.witness import Witness

TOKEN = "csrf_token"
MAY_BE_WRITTEN = (
    "INSERT INTO interactions",
    "INSERT INTO audit_events",
    "UPDATE client_secrets",
)
"""Who is asked to sign in first begins an interaction; what was refused may be noted; when an app's
secret was last used is written some time after it was.
"""


class Kind(Enum):
    """What is wrong with the form."""

    WITHOUT_TOKEN = "no token"
    WITH_ANOTHERS_TOKEN = "a token of the other's pages"
    FROM_ELSEWHERE = "the right token, from another origin"


def comes_to_nothing(window: Witness, url: str, fields: dict[str, str]) -> None:
    """Send a forged twin of this form in this browser. The kinds take turns."""
    books = window.books
    kind = list(Kind)[books.reached["a form was forged"] % len(Kind)]
    origin, sent = window.issuer, {name: fields[name] for name in fields if name != TOKEN}
    if kind is Kind.WITH_ANOTHERS_TOKEN and (token := _of_somebody_else(window, url)):
        sent[TOKEN] = token
    elif kind is Kind.FROM_ELSEWHERE:
        origin, sent = "https://evil.example", fields
    before, books.writes = books.before, []
    response = window.client.post(
        urlsplit(url).path, data=sent, headers={"Origin": origin}, base_url=window.issuer
    )
    books.reached["a form was forged"] += 1
    books.settle()
    status = response.status_code
    assert status == 303 or 400 <= status < 500, f"{url} with {kind.value}: {status}"
    assert books.before == before, f"{url} with {kind.value} changed something"
    written = {one for one in books.writes if not one.startswith(MAY_BE_WRITTEN)}
    assert not written, f"{url} with {kind.value}: {written}"


def _of_somebody_else(window: Witness, url: str) -> str | None:
    """The other's newest, best of the same form; none where both may be in one interaction or
    share the value that their tokens are made of.
    """
    others = [
        one
        for one in reversed(window.journal.posts)
        if one.by is not window.owner and one.fields.get(TOKEN) and one.url != url
    ]
    if not others or others[0].by.has_others_binding or window.owner.has_others_binding:
        return None
    path = urlsplit(url).path.rsplit("/", 1)[-1]
    same = [one for one in others if urlsplit(one.url).path.endswith(path)]
    return (same or others)[0].fields[TOKEN]
