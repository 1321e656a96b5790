"""What is written quickly is what the standard library reads."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp import json_text

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_it_is_ascii_and_reads_as_what_was_written(value):
    text = json_text.written(value)

    assert text.isascii()
    assert json.loads(text) == value


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_what_is_no_number_in_json_is_null(number):
    """RFC 8259 §6."""
    assert json_text.written([number]) == "[null]"


@pytest.mark.parametrize("text", ["\ud800", "Zürich", "\u2028", "\x00"])
def test_any_text_can_be_written(text):
    assert json.loads(json_text.written({"name": text})) == {"name": text}


def test_what_json_does_not_know_is_told_by_the_default_or_refused():
    assert json_text.written({"a": {1}}, default=repr) == '{"a":"{1}"}'
    with pytest.raises(TypeError):
        json_text.written({"a": {1}})
