import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authentication.recovery_code_format import ALPHABET, new, normalised


def test_a_code_is_four_groups_of_four():
    """R26."""
    groups = new().split("-")

    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)


@given(st.text(ALPHABET, min_size=16, max_size=16), st.data())
def test_case_spaces_hyphens_and_look_alikes_do_not_matter(code, data):
    """R26."""
    typed = "".join(
        data.draw(st.sampled_from(_spellings(character)))
        + data.draw(st.sampled_from(["", " ", "-", "\u2013"]))
        for character in code
    )

    assert normalised(typed) == code


def _spellings(character):
    alike = {"0": "0Oo", "1": "1IiLl"}
    return alike.get(character, character + character.lower())


@given(st.text(st.characters(), max_size=100))
def test_the_normal_form_is_its_own(typed):
    code = normalised(typed)

    assert code is None or normalised(code) == code


@pytest.mark.parametrize(
    "typed", ["", "0" * 15, "0" * 17, "U" * 16, "0" * 10_000, "\x00" * 16, "é" * 16]
)
def test_what_can_be_no_code_is_none(typed):
    assert normalised(typed) is None
