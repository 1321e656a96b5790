"""What is written is read as it was, by us and by whoever reads YAML as most do."""

from __future__ import annotations

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from idp.configuration import text, yaml_text
from idp.configuration.text import Format
from idp.configuration.yaml_text import Unreadable

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=20)
TRICKY = st.sampled_from(
    [
        "no",
        "Yes",
        "null",
        "~",
        "",
        "1",
        "1e3",
        "-0",
        "0x1",
        "1_000",
        "2024-01-01",
        "=",
        "<<",
        "a: b",
    ]
)
SCALARS = st.one_of(
    WORDS,
    TRICKY,
    st.booleans(),
    st.none(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
DOCUMENTS = st.dictionaries(
    WORDS | TRICKY,
    st.recursive(
        SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(WORDS, one, max_size=3)
    ),
    min_size=1,
    max_size=5,
)


@given(DOCUMENTS)
def test_what_is_written_is_read_as_it_was(document: dict[str, object]) -> None:
    for form in Format:
        assert text.read(text.write(document, form).encode()) == document


@given(st.dictionaries(WORDS | TRICKY, WORDS | TRICKY, min_size=1, max_size=5))
def test_other_readers_find_the_same_texts(document: dict[str, str]) -> None:
    assert yaml.safe_load(yaml_text.write(document)) == document


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        text.read(content)


def test_a_thousand_brackets_are_refused_and_not_counted_on_the_stack() -> None:
    for depth in (1000, 100_000):
        with pytest.raises(Unreadable):
            yaml_text.read("[" * depth)
        with pytest.raises(Unreadable):
            text.read(b'{"a":' + b"[" * depth)
