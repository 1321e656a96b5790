"""Promises about the code that import-linter cannot express."""

import ast
import re
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
IDP = PROJECT / "idp"
PYTHON = sorted(IDP.rglob("*.py"))
TEMPLATES = sorted([*IDP.rglob("*.html"), *(PROJECT / "clients_example").rglob("*.html")])

# One transaction per request; commands and jobs use `extensions.transaction`; a throttle's counter
# is committed before the secret is looked at, so that no rollback gives a guess back, and a
# client's assertion, or the key of a creation, is spent before anything is done for it.
MAY_COMMIT = {
    "extensions.py",
    "database/session.py",
    "database/sqlite.py",
    "web/request_cycle.py",
    "throttle/buckets.py",
    "clients/assertions.py",
    "idempotency.py",
}


def relative(path):
    return path.relative_to(IDP).as_posix()


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def called_names(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def test_config_imports_nothing_of_ours():
    ours = {"idp", "wsgi", "clients_example", "tests"}

    imported = {
        name
        for file in ("config.py", "config_groups.py")
        for name in imported_modules(PROJECT / file)
    }
    assert not {name for name in imported if name.split(".")[0] in ours}


def test_nothing_but_the_command_line_imports_wsgi():
    importing = [relative(path) for path in PYTHON if "wsgi" in set(imported_modules(path))]

    assert importing == ["__main__.py"]


def test_only_the_settled_places_commit():
    committing = {relative(path) for path in PYTHON if "commit" in set(called_names(path))}

    # Alembic's own transactions are settled by the module that runs migrations.
    assert committing - {"schema.py"} <= MAY_COMMIT


def test_only_the_edges_and_the_settled_places_roll_back():
    rolling_back = {relative(path) for path in PYTHON if "rollback" in set(called_names(path))}

    # A database that failed, in a check or before an error page, must not take the session along.
    assert rolling_back <= MAY_COMMIT | {"web/health.py", "web/errors.py"}


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_every_module_says_what_it_owns(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))

    assert docstring
    assert len(docstring.splitlines()) <= 12


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = re.compile(r"utils?|helpers?|common|misc|managers?")

    assert [relative(path) for path in PYTHON if drawers.fullmatch(path.stem)] == []


def test_files_stay_short_enough_to_read():
    long = {relative(path) for path in PYTHON if len(path.read_text().splitlines()) > 300}

    assert long == set()


def test_templates_never_switch_escaping_off():
    unescaped = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")

    assert [path.name for path in TEMPLATES if unescaped.search(path.read_text())] == []


def test_pages_carry_no_inline_style_or_script():
    # The content security policy would refuse them; better to hear it from here.
    inline = re.compile(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\ssrc=)|javascript:"
    )
    # A mail has no other place for its style, since it loads nothing (tests/unit/mail).
    pages = [path for path in TEMPLATES if path.parent.name != "mail"]

    assert [path.name for path in pages if inline.search(path.read_text())] == []


def test_no_code_is_left_commented_as_work_to_come():
    marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")

    assert [relative(path) for path in PYTHON if marks.search(path.read_text())] == []


def test_the_standard_library_of_this_python_is_not_shadowed():
    ours = {
        path.stem
        for path in PROJECT.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert ours & set(sys.stdlib_module_names) == set()
