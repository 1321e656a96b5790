"""The dashboard: a day and a month in numbers and bars, counted by the hour."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from idp import clock as now_by
from idp.audit import activity
from idp.extensions import db, transaction
from idp.jobs import count_events, purge
from idp.models import AuditEvent, EventCount
from tests.http.admin.conftest import Arrive
from tests.support.browser import Browser
from tests.support.factories import PASSWORD, Factory
from tests.support.time_travel import Clock

BOB = "bob@example.com"


def bars(window: Browser, chart: str) -> dict[str, str]:
    """A chart's table."""
    title = window.find(f"#{chart}-title")
    figure = title.find_parent("figure")
    assert figure is not None
    rows = figure.select("tbody tr")
    return {row.th.get_text(strip=True): row.td.get_text(strip=True) for row in rows}  # type: ignore[union-attr]


def sign_in_and_fail(a: Factory) -> None:
    window = Browser(a.app.test_client(), "https://idp.example")
    window.open("/account/").submit(username=BOB, password="wrong words are these")
    window.submit(username=BOB, password=PASSWORD)
    assert window.page == "account"


def test_what_happened_is_drawn_by_hour_and_by_day_with_its_table(
    a: Factory, arrive: Arrive, clock: Clock
) -> None:
    a.user(BOB)
    sign_in_and_fail(a)
    then = f"{now_by.now():%H:00}"
    clock.advance(hours=3)

    owner = arrive()
    owner.reload()

    assert bars(owner, "failures-day")[then] == "1"
    assert bars(owner, "sign-ins-day")[then] == "1"
    days = [n for n in bars(owner, "sign-ins-month").values() if n != "Not counted"]
    assert sum(map(int, days)) == 2
    assert len(owner.all("svg[role=img]")) == 6
    assert not owner.all("svg [style]")


def test_hours_that_are_over_are_counted_once_and_kept_after_the_log(
    a: Factory, arrive: Arrive, clock: Clock
) -> None:
    a.user(BOB)
    sign_in_and_fail(a)
    then = f"{now_by.now():%H:00}"
    clock.advance(hours=2)
    with a.app.app_context():
        runs = [count_events.run(now_by.now()) for _ in range(40)]
        with transaction():
            db.session.execute(delete(AuditEvent))

    owner = arrive()
    owner.reload()

    assert sum(runs) == activity.KEPT // activity.HOUR
    assert runs[-1] == 0
    assert bars(owner, "failures-day")[then] == "1"


def test_counts_are_purged_when_nothing_draws_them_any_more(a: Factory, clock: Clock) -> None:
    with a.app.app_context(), transaction():
        activity.count_an_hour()
    clock.advance(days=32)

    with a.app.app_context():
        purge.run(now_by.now() + timedelta(hours=1))
        left = db.session.scalar(select(func.count()).select_from(EventCount))

    assert left == 0
