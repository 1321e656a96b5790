"""The package that `make wheel` builds, installed apart from this tree."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ASKED_FOR = """
import wsgi, pathlib, sys
browser = wsgi.app.test_client()
for path in ("/password-reset", "/static/css/base.css", "/.well-known/openid-configuration"):
    assert browser.get(path, base_url="http://localhost:5000").status_code == 200, path
assert pathlib.Path(wsgi.__file__).is_relative_to(sys.argv[1])
"""


@pytest.fixture(scope="module")
def build():
    def wheel(folder):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
        return next(folder.glob("*.whl"))

    return wheel


@pytest.fixture(scope="module")
def wheel(build, tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def run(wheel, tmp_path_factory):
    """Python with nothing of this tree, in a folder of its own."""
    site, folder = (tmp_path_factory.mktemp(name) for name in ("site", "deployment"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, site], check=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}

    def started(*arguments):
        command = [sys.executable, "-P", *arguments]
        environment = inherited | {"PYTHONPATH": str(site)}
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    started.site, started.folder = site, folder
    return started


def test_it_brings_templates_static_files_translations_and_migrations(run):
    migrated = run("-m", "idp", "db", "upgrade")
    assert migrated.returncode == 0, migrated.stderr
    assert (run.folder / "var" / "idp.sqlite3").exists()
    assert (run.folder / "keys").is_dir()

    asked = run("-c", ASKED_FOR, str(run.site))
    assert asked.returncode == 0, asked.stderr


def test_it_installs_the_command(wheel):
    names = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True
    ).stdout
    assert "entry_points.txt" in names
    assert "tests/" not in names


def test_the_same_tree_gives_the_same_bytes(wheel, build, tmp_path):
    again = build(tmp_path)
    assert _digest(again) == _digest(wheel)


def test_the_bill_of_materials_names_every_pinned_package(tmp_path):
    subprocess.run(["make", "sbom"], cwd=PROJECT, check=True, capture_output=True)

    materials = json.loads((PROJECT / "dist" / "sbom.cdx.json").read_text())
    named = {component["name"].lower() for component in materials["components"]}
    pinned = {
        line.partition("==")[0].lower()
        for line in (PROJECT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    assert pinned <= named


def _digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()
