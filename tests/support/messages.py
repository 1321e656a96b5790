"""The catalogues of translations: what is marked in code and templates, and each language's answer.

`python -m tests.support.messages` brings the catalogues up to date and says what is left to
translate; tests say when that is due.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from config import PROJECT
from idp import language

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {
    "templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"},
}
KEYWORDS = {"_": None, "gettext": None, "gettext_noop": None, "ngettext": (1, 2)}
STAFF = (
    *("templates/admin/", "templates/dev/", "web/admin/", "clients/", "doctor/"),
    *(f"templates/macros/{name}.html" for name in ("reason", "records", "roles", "traces")),
    "templates/macros/registration.html",
)
TRANSLATIONS = tuple(tag for tag in language.LANGUAGES if tag != language.SOURCE)
# What would change with every run, or name somebody.
_RESTLESS = re.compile(
    r'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|'
    r'Last-Translator|Language-Team|Generated-By):.*\\n"\n',
    re.MULTILINE,
)


def marked() -> Catalog:
    """Every marked text, in the order of the files."""
    template = Catalog(charset="utf-8", header_comment="")
    found = extract_from_dir(
        PROJECT / "idp", METHODS, OPTIONS, KEYWORDS, comment_tags=("For translators:",)
    )
    for file, _line, text, comments, context in sorted(found, key=lambda one: one[:2]):
        template.add(text, None, [(file, 1)], auto_comments=comments, context=context)
    return template


def file_of(tag: str) -> Path:
    """Where a language's catalogue is."""
    return language.FOLDER / tag / "LC_MESSAGES" / "messages.po"


def catalogue(tag: str) -> Catalog:
    """A language's catalogue; a new language begins with an empty one."""
    file = file_of(tag)
    if not file.exists():
        return Catalog(locale=tag, charset="utf-8", header_comment="")
    with file.open("rb") as written:
        return read_po(written, locale=tag)


def renewed(tag: str, template: Catalog) -> Catalog:
    """The catalogue with what is marked now: gone texts leave, new ones come without a guess."""
    known = catalogue(tag)
    known.update(template, no_fuzzy_matching=True)
    known.obsolete.clear()
    return known


def written(known: Catalog) -> bytes:
    """The file: places without line numbers, so that it changes only with the texts."""
    known.header_comment, known.fuzzy = "", False
    output = BytesIO()
    write_po(output, known, width=100, include_lineno=False)
    return _RESTLESS.sub("", output.getvalue().decode()).lstrip("#\n").encode()


def texts(known: Catalog) -> list[Message]:
    """Without the head."""
    return [message for message in known if message.id]


def is_translated(message: Message) -> bool:
    """Every form of it."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def is_for_staff(message: Message) -> bool:
    """Whether only administrators and developers read it."""
    return all(file.startswith(STAFF) for file, _line in message.locations)


def write() -> None:
    """Bring every catalogue up to date."""
    template = marked()
    for tag in TRANSLATIONS:
        known = renewed(tag, template)
        file_of(tag).parent.mkdir(parents=True, exist_ok=True)
        file_of(tag).write_bytes(written(known))
        missing = sum(not is_translated(message) for message in texts(known))
        print(f"{tag}: {len(known)} texts, {missing} to be translated")  # noqa: T201


if __name__ == "__main__":
    write()
