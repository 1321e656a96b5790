"""What is written and read quickly is what the standard library reads."""

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


@given(VALUES | st.floats())
def test_it_is_read_as_the_standard_library_reads_it(value):
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert repr(json_text.read(text)) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text", ["18446744073709551616", "-9223372036854775809", '["\\ud800"]', "Infinity", b"[1]"]
)
def test_what_the_quick_reader_does_not_know_is_read_by_the_other(text):
    assert json_text.read(text) == json.loads(text)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "00"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"Expecting|Extra|Illegal"):
        json_text.read(text)
