"""What the README promises is so."""

import re
import subprocess

import config
from config import PROJECT
from tests.support import readme, spec_matrix

TEXT = readme.README.read_text() if readme.README.exists() else ""


def test_the_settings_table_is_what_the_code_says():
    assert readme.block("settings", TEXT) == readme.settings_table(), "run: make readme"


def test_every_setting_is_in_the_readme():
    names = [name for name, _, _ in readme.settings()]

    assert len(names) >= len(config.Settings.model_fields)
    assert [name for name in names if f"`{name}`" not in TEXT] == []


def test_every_setting_says_what_it_is():
    assert [name for name, _, text in readme.settings() if not text] == []


def test_every_tested_specification_is_in_the_readme():
    def documents(table):
        return [row.split("|")[1].strip() for row in table.splitlines()]

    written = documents(readme.block("specifications", TEXT))

    assert written == documents(spec_matrix.table()), "run: make readme"


def test_every_make_target_in_the_readme_exists():
    named = set(re.findall(r"`make ([a-z]+)", TEXT))
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert named
    assert named <= targets


def test_every_link_inside_the_project_leads_somewhere():
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    broken = [
        f"{page}: {target}"
        for page in tracked
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", (PROJECT / page).read_text())
        if not (PROJECT / page).parent.joinpath(target).exists()
    ]

    assert broken == []
