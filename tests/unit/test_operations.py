"""What docs/operations tells operators to copy fits the product."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from idp import cli, metrics

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTED = PROJECT / "docs" / "operations"
OURS = {
    sample.removesuffix("_created")
    for family in REGISTRY.collect()
    if family.name.startswith("idp_")
    for sample in (family.name, f"{family.name}_total", f"{family.name}_bucket")
}


def test_the_metrics_are_declared_where_this_test_looks():
    assert metrics.requests is not None
    assert "idp_requests_total" in OURS


@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json", "monitoring.md"])
def test_every_metric_that_is_named_exists(name):
    named = set(re.findall(r"\bidp_[a-z_]+[a-z]", (DOCUMENTED / name).read_text()))
    assert named
    assert named <= OURS


def test_every_metric_is_explained():
    explained = (DOCUMENTED / "monitoring.md").read_text()
    families = {one.name for one in REGISTRY.collect() if one.name.startswith("idp_")}
    assert [name for name in sorted(families) if name not in explained] == []


def test_rules_and_dashboard_can_be_read():
    [group] = yaml.safe_load((DOCUMENTED / "alerts.yml").read_text())["groups"]
    assert all({"alert", "expr", "labels", "annotations"} <= set(rule) for rule in group["rules"])
    assert json.loads((DOCUMENTED / "dashboard.json").read_text())["panels"]


@pytest.mark.parametrize("unit", ["idp.service", "idp-jobs.service"])
def test_units_start_commands_that_exist(unit):
    [started] = re.findall(r"^ExecStart=(.*)", (DOCUMENTED / unit).read_text(), re.MULTILINE)
    _, *rest = shlex.split(started)
    assert rest[:2] == ["-m", "idp"]
    assert rest[2] in cli.COMMANDS


def test_the_image_holds_what_the_tree_has():
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", _containerfile(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert {"idp", "migrations", "wsgi.py", "config.py", "config_groups.py"} <= names
    assert all((PROJECT / name).exists() for name in names)


def _containerfile():
    return (DOCUMENTED / "Containerfile").read_text()
