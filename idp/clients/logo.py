"""Logos of clients: which are still to be fetched, what counts as an image, and our copies of them.

Raster images only: an SVG is a document that may run scripts. Browsers are told the type that the
first bytes prove, not the one that the client's host claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from idp import clock
from idp.clients import registry
from idp.extensions import db, insert
from idp.models import ClientLogo

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Logo:
    """An image, and the type that it proved to be."""

    content: bytes
    content_type: str


def missing(limit: int) -> list[tuple[str, str]]:
    """Clients whose logo was never asked for, or is somewhere else by now, and where it is."""
    known = dict(db.session.execute(select(ClientLogo.client_id, ClientLogo.logo_uri)).all())
    wanted = ((client.client_id, client.metadata.get("logo_uri")) for client in registry.everyone())
    due = [(name, uri) for name, uri in wanted if uri is not None and known.get(name) != uri]
    return due[:limit]


def keep(client_id: str, logo_uri: str, content: bytes | None) -> bool:
    """Store what was fetched, also that it was nothing, so that it is asked for once."""
    content_type = _type_of(content or b"")
    values = {
        "logo_uri": logo_uri,
        "content_type": content_type,
        "content": content if content_type else None,
        "fetched_at": clock.now(),
    }
    new = insert(ClientLogo).values(client_id=client_id, **values)
    db.session.execute(
        new.on_conflict_do_update(index_elements=[ClientLogo.client_id], set_=values)
    )
    return content_type is not None


def find(client_id: str) -> Logo | None:
    """Our copy."""
    row = db.session.execute(
        select(ClientLogo.content, ClientLogo.content_type).where(
            ClientLogo.client_id == client_id, ClientLogo.content.is_not(None)
        )
    ).first()
    return Logo(row.content or b"", row.content_type or "") if row else None


def is_fetched(client_id: str, logo_uri: str) -> bool:
    """Whether there is a copy of this very logo."""
    here = select(ClientLogo.client_id).where(
        ClientLogo.client_id == client_id,
        ClientLogo.logo_uri == logo_uri,
        ClientLogo.content_type.is_not(None),
    )
    return db.session.execute(here).first() is not None


def version(logo_uri: str) -> str:
    """Changes with the address, so that browsers do not keep an old logo."""
    return sha256(logo_uri.encode()).hexdigest()[:12]


def _type_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
