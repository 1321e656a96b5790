"""How the deployment stands: its figures, its settings in force, and what the doctor finds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from enum import Enum

from pydantic import Field

from idp import doctor
from idp.accounts import at_a_glance
from idp.accounts.permissions import Permission
from idp.doctor import Level
from idp.effective_settings import effective
from idp.extensions import settings as current_settings
from idp.web.api.answering import Answer
from idp.web.api.model import Model
from idp.web.api.operation import operation

Value = bool | int | float | str | list[str] | None


class Figures(Model):
    """Of the last 24 hours, or of now. Counts only, of nobody."""

    sign_ins: int
    failures: int
    tokens: int
    active_sessions: int
    people: int
    with_two_steps: int


class Setting(Model):
    """One value in force. Secrets are masked; instants are in seconds."""

    name: str
    value: Value = None
    source: str


class SettingList(Model):
    """Settings."""

    items: list[Setting]


class Finding(Model):
    """What a check of the doctor says."""

    subject: str
    level: Level
    says: str
    fix: str | None = Field(None, description="How to mend it.")


class FindingList(Model):
    """Findings, in the order in which they are worth mending."""

    items: list[Finding]


@operation("GET", "/figures", Permission.DASHBOARD_READ, answer=Figures)
def read_figures() -> Answer:
    """How it goes, in numbers."""
    found = asdict(at_a_glance.figures())
    return Answer(Figures(**{name: found[name] for name in Figures.model_fields}))


@operation("GET", "/settings", Permission.SETTINGS_READ, answer=SettingList)
def list_settings() -> Answer:
    """Settings as they are in force. They are changed where the process is started."""
    items = [
        Setting(name=one.name, value=_plain(one.value), source=one.source)
        for one in effective(current_settings())
    ]
    return Answer(SettingList(items=items))


@operation("GET", "/findings", Permission.SETTINGS_READ, answer=FindingList)
def examine() -> Answer:
    """Every check of the doctor. It takes as long as the checks do."""
    items = [
        Finding(subject=subject, level=one.level, says=one.says, fix=one.fix)
        for subject, one in doctor.examine()
    ]
    return Answer(FindingList(items=items))


def _plain(value: object) -> Value:
    match value:
        case None | bool() | int() | float():
            return value
        case timedelta():
            return value.total_seconds()
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return [str(one) for one in value]
    return str(value)
