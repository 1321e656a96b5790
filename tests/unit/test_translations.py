"""Promises about the catalogues: complete, up to date, with the holes and tags of English."""

import ast
import re

import pytest

from config import PROJECT
from idp import language
from tests.support import messages

HOLES = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>")
LETTERS = re.compile(r"[^\W\d_]")
FORMS = {"de": 2, "es": 2, "fr": 2, "ja": 1, "vi": 1}

MARKING = {"_", "gettext", "gettext_noop", "ngettext"}

every_language = pytest.mark.parametrize("tag", messages.TRANSLATIONS)


@pytest.fixture(scope="module")
def marked():
    return messages.marked()


def translated(tag):
    """Each text with each of its forms: the singular's goes with the English singular, where the
    language has one.
    """
    for message in messages.texts(messages.catalogue(tag)):
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        for like, form in zip(english[-len(forms) :], forms, strict=True):
            if form:
                yield like, form


def test_a_catalogue_exists_for_every_language_that_is_offered():
    found = {file.parts[-3] for file in language.FOLDER.rglob("messages.po")}

    assert found == set(messages.TRANSLATIONS)


@every_language
def test_the_catalogue_is_what_make_messages_writes(tag, marked):
    assert messages.file_of(tag).read_bytes() == messages.written(messages.renewed(tag, marked))


@every_language
def test_every_text_for_users_is_translated(tag):
    """Pages for administrators and developers may stay English until somebody translates them."""
    left = [
        text.id
        for text in messages.texts(messages.catalogue(tag))
        if not messages.is_translated(text) and not messages.is_for_staff(text)
    ]

    assert left == []


@every_language
def test_every_form_has_the_holes_and_tags_of_the_english_text(tag):
    wrong = [
        (english, form)
        for english, form in translated(tag)
        if sorted(HOLES.findall(english)) != sorted(HOLES.findall(form))
    ]

    assert wrong == []


@every_language
def test_every_text_has_as_many_plural_forms_as_its_language(tag):
    catalogue = messages.catalogue(tag)
    plurals = [text for text in messages.texts(catalogue) if isinstance(text.id, tuple)]

    assert catalogue.num_plurals == FORMS[tag]
    assert plurals
    assert [text.id for text in plurals if len(text.string) != FORMS[tag]] == []


@every_language
def test_no_text_is_sent_to_pages_as_markup(tag):
    """Templates trust the catalogues, so no translation may bring a tag that English has not, and
    no bare `&` or `<`.
    """
    assert [form for _, form in translated(tag) if re.search(r"&(?!\w+;)|<(?!/?\w)", form)] == []


@every_language
def test_texts_begin_and_end_as_in_english(tag):
    """Where they are put together with a space or a colon, it is not lost."""
    wrong = [
        (english, form)
        for english, form in translated(tag)
        if (english[:1].isspace(), english[-1:].isspace())
        != (form[:1].isspace(), form[-1:].isspace())
    ]

    assert wrong == []


def marking_calls():
    for file in sorted((PROJECT / "idp").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in MARKING:
                yield file.relative_to(PROJECT).as_posix(), node


def test_no_text_is_put_together_before_it_is_looked_up():
    """An f-string or a sum is another text each time, and in no catalogue."""
    made = (ast.JoinedStr, ast.BinOp)

    wrong = [
        f"{file}:{call.lineno}"
        for file, call in marking_calls()
        if any(isinstance(argument, made) for argument in call.args[:2])
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("tag", "one", "many"),
    [
        ("en", "1 minute", "2 minutes"),
        ("de", "1 Minute", "2 Minuten"),
        ("fr", "1 minute", "2 minutes"),
        ("ja", "1分", "2分"),
        ("vi", "1 phút", "2 phút"),
    ],
)
def test_the_number_decides_about_the_form(tag, one, many):
    with language.in_language(tag):
        spoken = [language.ngettext("%(num)s minute", "%(num)s minutes", n) for n in (1, 2)]

    assert spoken == [one, many]


def test_french_counts_nothing_as_one():
    with language.in_language("fr"):
        assert language.ngettext("%(num)s minute", "%(num)s minutes", 0) == "0 minute"
