"""Every attack and every requirement that is numbered is cited by a test, or excused here.

The numbers stand in the docstrings and comments of tests, so that they can be searched for. What is
excused says why, and an excuse that is no longer needed fails.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
HERE = Path(__file__).name
ATTACKS = [f"A{number}" for number in range(1, 116)]
REQUIREMENTS = [f"R{number}" for number in range(1, 58)]
"""Passwords, factors, throttling, sessions, resets; those of the protocol are cited by section."""

EXCUSED: dict[str, str] = {}
"""What no test of this suite shows, and where it stands instead."""

_NUMBER = re.compile(r"\b[AR][1-9][0-9]{0,2}\b")


@cache
def cited() -> dict[str, tuple[str, ...]]:
    """The files whose tests cite each number."""
    found: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        if path.name == HERE:
            continue
        source = path.read_text(encoding="utf-8")
        for text in (*_docstrings(source), *_comments(source)):
            for number in _NUMBER.findall(text):
                found.setdefault(number, set()).add(str(path.relative_to(TESTS)))
    return {number: tuple(sorted(files)) for number, files in found.items()}


def _docstrings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def _comments(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "noqa" not in token.string:
            yield token.string


def test_every_number_is_cited_or_excused() -> None:
    numbers = ATTACKS + REQUIREMENTS

    assert not [number for number in numbers if number not in cited() and number not in EXCUSED]
    assert not {number: cited()[number] for number in EXCUSED if number in cited()}


def test_no_test_cites_a_number_that_is_not_there() -> None:
    known = {*ATTACKS, *(f"R{number}" for number in range(1, 101))}

    assert not {number: files for number, files in cited().items() if number not in known}


def test_an_excuse_is_for_a_number_and_says_why() -> None:
    assert EXCUSED.keys() <= {*ATTACKS, *REQUIREMENTS}
    assert all(len(why) > 20 for why in EXCUSED.values())
