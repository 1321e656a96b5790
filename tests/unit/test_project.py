"""Promises about the project around the code: commands, locks, and nothing private in the tree."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MAKEFILE = (PROJECT / "Makefile").read_text()
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")
# Text that is ours; vendored files keep their authors' addresses.
OUR_TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".lock", ".sh", ".yaml", ".yml", ""}


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    paths = (PROJECT / name for name in listed.stdout.split("\0") if name and "vendor" not in name)
    return [path for path in paths if path.suffix in OUR_TEXT and path.is_file()]


def pinned(lock):
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / lock).read_text(), re.MULTILINE))


def test_every_make_target_says_what_it_is_for():
    targets = re.findall(r"^([a-z][\w-]*):(?!=)(.*)$", MAKEFILE, re.MULTILINE)

    assert targets
    assert [name for name, rest in targets if "## " not in rest] == []


def test_every_make_target_is_declared_phony():
    targets = set(re.findall(r"^([a-z][\w-]*):(?!=)", MAKEFILE, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*?[^\\])$", MAKEFILE, re.MULTILINE | re.DOTALL)[1]

    assert targets == set(phony.replace("\\\n", " ").split())


def test_make_alone_prints_the_targets():
    printed = subprocess.run(
        ["make", "-C", PROJECT],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    ).stdout

    assert {"demo", "test", "check"} <= {
        line.split()[0] for line in printed.splitlines() if line.strip()
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_address(lock):
    """A115, R100: and whatever installs them asks for the hashes."""
    text = (PROJECT / lock).read_text()

    assert "://" not in text
    assert "--index" not in text
    for entry in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in entry


def test_the_larger_locks_repeat_the_smaller_ones():
    runtime, demo, dev = (set(pinned(lock).items()) for lock in LOCKS)

    assert runtime <= demo <= dev


def test_every_direct_dependency_is_locked_and_explained():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    grouped = [line for group in project["dependency-groups"].values() for line in group]
    wanted = [
        *project["project"]["dependencies"],
        *(line for line in grouped if isinstance(line, str)),
    ]
    names = [re.match(r"[\w.-]+", line)[0].lower() for line in wanted]
    explained = (PROJECT / "docs" / "dependencies.md").read_text().lower()

    assert set(names) <= set(pinned("requirements-dev.lock"))
    assert [name for name in names if f"| {name}" not in explained] == []


def test_no_path_of_anybodys_machine_is_in_the_tree():
    private = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/[\w.]")

    assert [path.name for path in tracked_files() if private.search(path.read_text())] == []


def test_the_image_installs_nothing_without_its_hash():
    """A115."""
    text = (PROJECT / "docs" / "operations" / "Containerfile").read_text()
    installs = [line for line in text.splitlines() if "pip install" in line]

    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_no_key_is_in_the_repository():
    """A115, R81: neither a file of a key ring nor a private key that a tool would take for one."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    names = [name for name in listed.stdout.split("\0") if name]
    private = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}")

    assert [name for name in names if name.endswith((".key", ".pem", ".p12", ".jks"))] == []
    assert [name for name in names if name.startswith("keys/")] == ["keys/README.md"]
    holding = [name for name in names if private.search((PROJECT / name).read_bytes())]
    assert holding == []


def test_scripts_can_be_executed():
    scripts = [path for path in (PROJECT / ".ci").iterdir() if path.is_file()]

    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []
