from datetime import UTC, datetime

import pytest

from idp import language

MOMENT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        ("en", "22 November 2026, 14:05 UTC"),
        ("de", "22. November 2026, 14:05 UTC"),
        ("es", "22 de noviembre de 2026, 14:05 UTC"),
        ("fr", "22 novembre 2026, 14:05 UTC"),
        ("ja", "2026年11月22日 14:05 UTC"),
        ("vi", "14:05 UTC 22 tháng 11, 2026"),
    ],
)
def test_a_moment_is_absolute_and_written_as_its_readers_write_it(tag, spoken):
    with language.in_language(tag):
        assert language.spoken_datetime(MOMENT) == spoken


def test_a_date_alone():
    with language.in_language("de"):
        assert language.spoken_date(MOMENT) == "22. November 2026"


@pytest.mark.parametrize(
    ("tag", "listed"),
    [("en", "a, b and c"), ("de", "a, b und c"), ("fr", "a, b et c"), ("ja", "a、b、c")],
)
def test_a_list_ends_as_its_readers_end_it(tag, listed):
    with language.in_language(tag):
        assert language.spoken_list(["a", "b", "c"]) == listed


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["de-AT"], "de"),
        (["zh-Hans-CN", "ja"], "ja"),
        (["FR_ca"], "fr"),
        (["english"], None),
        (["de" + "-x" * 4000, "fr"], "fr"),
        ([""], None),
        ([], None),
    ],
)
def test_the_first_wanted_language_that_is_spoken_wins(wanted, found):
    assert language.negotiate(wanted) == found


def test_work_without_a_reader_speaks_english():
    assert language.current() == "en"


def test_a_language_lasts_as_long_as_its_block():
    with language.in_language("fr"):
        with language.in_language("ja"):
            assert language.current() == "ja"
        assert language.current() == "fr"
    assert language.current() == "en"


@pytest.mark.parametrize("tag", [None, "", "tlh"])
def test_somebody_without_a_preference_is_spoken_to_in_english(tag):
    with language.in_language("de"), language.in_language(tag):
        assert language.current() == "en"


def test_values_are_filled_in_by_name():
    assert language.gettext("%(one)s, then %(two)s", two=2, one=1) == "1, then 2"


def test_a_text_without_values_is_left_as_it_is():
    assert language.gettext("100% sure") == "100% sure"


@pytest.mark.parametrize("tag", language.LANGUAGES)
def test_nothing_is_nothing_in_every_language(tag):
    with language.in_language(tag):
        assert language.gettext("") == ""


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 cats"), (1, "1 cat"), (2, "2 cats"), (21, "21 cats")]
)
def test_the_number_decides_about_the_form(number, text):
    assert language.ngettext("%(num)s cat", "%(num)s cats", number) == text
