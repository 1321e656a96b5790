"""What the first page of the administration shows beside its figures: hours, and what is to do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from idp.accounts import factor_reset
from idp.accounts.permissions import Permission
from idp.audit import activity
from idp.clients import listing
from idp.clients.listing import Only
from idp.web import bearer
from idp.web.api.answering import Answer
from idp.web.api.model import Model
from idp.web.api.operation import operation

READS = Permission.DASHBOARD_READ
_MOST_RESETS = 100


class WantedHours(Model):
    """How far back."""

    hours: int = Field(24, ge=1, le=activity.KEPT // activity.HOUR)


class Hour(Model):
    """What happened within one. Nothing but its beginning: nobody has counted it."""

    begins_at: datetime
    sign_ins: int | None = None
    failures: int | None = None
    tokens: int | None = None


class HourList(Model):
    """The oldest first; the last one has not ended yet."""

    items: list[Hour]


class Task(StrEnum):
    """What somebody should look at."""

    FACTOR_RESET = "factor-reset"
    PLAIN_HTTP = "plain-http"
    WITHOUT_PKCE = "without-pkce"
    ABANDONED = "abandoned"


class ToDo(Model):
    """One of them."""

    task: Task
    user_id: str | None = Field(None, description="Whose reset waits for a second person.")
    clients: int | None = Field(None, description="How many apps it is about.")


class ToDoList(Model):
    """What the caller may look into."""

    items: list[ToDo]


_OF_APPS = {
    Task.PLAIN_HTTP: Only.PLAIN_HTTP,
    Task.WITHOUT_PKCE: Only.WITHOUT_PKCE,
    Task.ABANDONED: Only.ABANDONED,
}


@operation("GET", "/activity", READS, query=WantedHours, answer=HourList)
def list_hours(asked: WantedHours) -> Answer:
    """Sign-ins, failed proofs and tokens, hour by hour."""
    items = [
        _hour(begins_at, counts) for begins_at, counts in activity.by_hour(asked.hours).items()
    ]
    return Answer(HourList(items=items))


@operation("GET", "/to-dos", READS, answer=ToDoList)
def list_to_dos() -> Answer:
    """What is to be done, as far as the caller may look into it."""
    may = bearer.caller().verbs
    items: list[ToDo] = []
    if Permission.USERS_READ in may:
        waiting = factor_reset.waiting(most=_MOST_RESETS)
        items += [ToDo(task=Task.FACTOR_RESET, user_id=user.id) for _, user in waiting]
    if Permission.CLIENTS_READ in may:
        counted = ((task, listing.count(only)) for task, only in _OF_APPS.items())
        items += [ToDo(task=task, clients=number) for task, number in counted if number]
    return Answer(ToDoList(items=items))


def _hour(begins_at: datetime, counts: activity.Counts) -> Hour:
    if not counts:
        return Hour(begins_at=begins_at)
    return Hour(
        begins_at=begins_at,
        sign_ins=counts.get(activity.SIGN_INS, 0),
        failures=sum(counts.get(one, 0) for one in activity.FAILURES),
        tokens=counts.get(activity.TOKENS, 0),
    )
