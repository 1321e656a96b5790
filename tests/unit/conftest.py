"""Units that stand on the database, each called as an edge would call it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest
from sqlalchemy import select

from idp.extensions import db, transaction
from idp.models import AuditEvent

if TYPE_CHECKING:
    from flask import Flask

T = TypeVar("T")


class Work(Protocol):
    """Does one thing in a context and a transaction of its own, as a request would."""

    def __call__(self, act: Callable[[], T]) -> T: ...


@pytest.fixture
def work(app: Flask) -> Work:
    """`work(lambda: totp.begin(user, "here"))`; may be called from many threads at once."""

    def act_alone(act: Callable[[], T]) -> T:
        with app.app_context(), transaction():
            return act()

    return act_alone


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """One context around the whole test."""
    with app.app_context():
        yield


@pytest.fixture
def audited(work: Work) -> Callable[[], Counter[str]]:
    """How often each type of event was recorded so far."""
    types = select(AuditEvent.type)
    return lambda: work(lambda: Counter(db.session.scalars(types)))
