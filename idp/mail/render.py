"""A waiting mail as text and HTML, in its reader's language.

It is rendered when it is sent, from what was written down when it was caused: nothing of it is
looked up afterwards, so it reports that moment however late it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from idp import user_agent
from idp.branding.picture import OWN_ACCENT
from idp.extensions import settings
from idp.language import current, in_language, spoken_datetime
from idp.language import gettext as _
from idp.mail.letter import Circumstances, Closing, Letter, Occasion
from idp.mail.name import Name
from idp.mail.post import HAS_LINK
from idp.mail.wording import WORDINGS
from idp.mail.wording.factors import SECURITY_PAGE
from idp.outbox.delivery import Message


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both forms say the same."""

    subject: str
    text: str
    html: str


def render(message: Message) -> Rendered:
    """Raises `KeyError` or `ValueError` for one that another version wrote."""
    if message.payload.get(HAS_LINK) and message.secret is None:
        raise ValueError("its link is gone")
    with in_language(message.payload["language"]):
        occasion = _occasion(message)
        letter = WORDINGS[Name(message.payload["name"])](occasion)
        values = {
            "letter": letter,
            "accent": settings().brand.accent or OWN_ACCENT,
            "language": current(),
            "circumstances": _circumstances(letter, occasion),
            "closing": _closing(letter, occasion),
            "footer": _footer(occasion),
        }
        text, html = (_templates().get_template(f"letter.{form}") for form in ("txt", "html"))
        return Rendered(letter.subject, text.render(values), html.render(values))


def _occasion(message: Message) -> Occasion:
    return Occasion(
        moment=message.created_at,
        browser=user_agent.in_words(message.payload.get("user_agent", "")),
        address=message.payload.get("address", ""),
        facts=message.payload["facts"],
        url=message.secret.decode() if message.secret else "",
        brand=settings().brand.name,
        issuer=settings().issuer,
    )


def _circumstances(letter: Letter, of: Occasion) -> list[tuple[str, str]]:
    if letter.circumstances is Circumstances.NONE:
        return []
    rows = [(_("When"), spoken_datetime(of.moment))]
    if letter.circumstances is Circumstances.BROWSER and of.address:
        rows += [(_("Browser"), of.browser), (_("IP address"), of.address)]
    return rows


def _closing(letter: Letter, of: Occasion) -> tuple[str, str]:
    """A sentence, and where it leads."""
    match letter.closing:
        case Closing.NOT_ME:
            sentence = _(
                "Wasn't this you? Change your password here, with “Sign out everywhere else”"
                " ticked:"
            )
            return sentence, of.page(SECURITY_PAGE)
        case Closing.IGNORE:
            return _("If it wasn't you, ignore this mail: without you nothing happens."), ""
        case Closing.NONE:
            return "", ""


def _footer(of: Occasion) -> list[tuple[str, str]]:
    lines = [
        (of.brand, of.issuer),
        (_("This mail was sent automatically. Nobody reads answers to it."), ""),
    ]
    if support := settings().brand.support_url:
        lines.insert(1, (_("Help"), support))
    return lines


@lru_cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("idp", "templates/mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
