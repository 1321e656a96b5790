"""The language of the work in hand: which ones there are, marked texts, plurals, dates and lists.

English is the source and needs no catalogue; a translation is read from
`translations/<tag>/LC_MESSAGES/messages.po` when it is first wanted. Nothing here knows where the
choice comes from: the web row enters it per request, mails and jobs by `in_language`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_timedelta, get_datetime_format
from babel.lists import format_list

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "vi": "Tiếng Việt",
}
"""Tag (BCP 47) → what its speakers call it."""
SOURCE = "en"
_LONGEST = 35
"""Characters of a tag (RFC 5646 §4.4.1)."""
FOLDER = Path(__file__).with_name("translations")

_AS_IN = {"en": "en_GB"}
"""Whose dates and lists a language writes; English that the whole world reads puts the day first.
"""


def _source() -> str:
    return SOURCE


_choice: ContextVar[Callable[[], str]] = ContextVar("language", default=_source)


def current() -> str:
    """The tag of the language in which this work speaks."""
    return _choice.get()()


def enter(choose: Callable[[], str]) -> None:
    """Set by an edge when work begins; asked only when there is something to say."""
    _choice.set(choose)


@contextmanager
def in_language(tag: str | None) -> Iterator[None]:
    """Speak another language for a while: a mail's reader is not always the one who caused it."""
    spoken = negotiate([tag] if tag else []) or SOURCE
    token = _choice.set(lambda: spoken)
    try:
        yield
    finally:
        _choice.reset(token)


def negotiate(wanted: Iterable[str]) -> str | None:
    """The first wanted language that we speak: `de-AT` is content with `de` (RFC 4647 §3.4)."""
    for tag in wanted:
        if len(tag) > _LONGEST:
            continue
        parts = tag.lower().replace("_", "-").split("-")
        while parts:
            found = "-".join(parts)
            if found in LANGUAGES:
                return found
            parts.pop()
    return None


def gettext(text: str, **values: object) -> str:
    """The text in the current language, with named values filled in."""
    # The empty text is the catalogue's head.
    spoken = texts(current()).gettext(text) if text else text
    return spoken % values if values else spoken


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The form that goes with a number, which fills `%(num)s`."""
    return texts(current()).ngettext(one, many, number) % ({"num": number} | values)


def gettext_noop(text: str) -> str:
    """Marks a text of a table, which is translated when it is used."""
    return text


@lru_cache
def texts(tag: str) -> NullTranslations:
    """The catalogue of a language, compiled in memory. Unfinished (fuzzy) entries stay English."""
    file = FOLDER / tag / "LC_MESSAGES" / "messages.po"
    if tag == SOURCE or not file.exists():
        return NullTranslations()
    # Only who reads a translation pays for the parser.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    with file.open("rb") as written:
        write_mo(compiled, read_po(written, locale=tag))
    compiled.seek(0)
    return GNUTranslations(compiled)


def spoken_date(value: datetime) -> str:
    """ "22 November 2026"."""
    return format_date(value, "long", locale=_locale())


def spoken_datetime(value: datetime) -> str:
    """ "22 November 2026, 14:05 UTC"."""
    time = format_datetime(value, "HH:mm 'UTC'", locale=_locale())
    order = str(get_datetime_format("long", locale=_locale()))
    return order.format(time, spoken_date(value))


def spoken_distance(value: datetime, now: datetime) -> str:
    """ "3 minutes ago", "in 23 hours"."""
    return format_timedelta(value - now, add_direction=True, locale=_locale())


def spoken_duration(value: timedelta) -> str:
    """A span in its largest unit, for instance "12 hours"."""
    return format_timedelta(value, threshold=1, locale=_locale())


def spoken_list(items: Sequence[str]) -> str:
    """ "password, recovery code and passkey"."""
    return format_list(items, locale=_locale())


def _locale() -> Locale:
    tag = current()
    return Locale.parse(_AS_IN.get(tag, tag))
