"""What the dashboard draws: a day by the hour and a month by the day, ready for the template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from idp.audit import activity
from idp.audit.activity import Counts
from idp.language import gettext as _
from idp.language import spoken_date

HOURS, DAYS = 24, 30
HEIGHT, STEP, BAR = 96, 20, 14
"""Of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`number`: None where nobody counted."""

    label: str
    number: float | None
    x: int
    height: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Chart:
    """A row of bars, and the same as a table."""

    id: str
    title: str
    says: str
    column: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        return STEP * len(self.bars)


Series = tuple[tuple[str, Counts], ...]


def charts(hours: Mapping[datetime, Counts]) -> list[Chart]:
    """Of as many hours as a month has."""
    day = tuple((f"{hour:%H:%M}", counts) for hour, counts in list(hours.items())[-HOURS:])
    month = _by_day(hours)
    by_hour, by_day = _("Hour (UTC)"), _("Day")
    return [
        _chart("sign-ins-day", _("Sign-ins, 24 hours"), by_hour, day, (activity.SIGN_INS,)),
        _chart("failures-day", _("Failed proofs, 24 hours"), by_hour, day, activity.FAILURES),
        _chart("sign-ins-month", _("Sign-ins, 30 days"), by_day, month, (activity.SIGN_INS,)),
        _chart("failures-month", _("Failed proofs, 30 days"), by_day, month, activity.FAILURES),
        _per_minute(_("Tokens per minute, 24 hours"), by_hour, day),
    ]


def _by_day(hours: Mapping[datetime, Counts]) -> Series:
    days: dict[date, Counter[str]] = {}
    for hour, counts in hours.items():
        total = days.setdefault(hour.date(), Counter())
        total.update(counts)
    newest = sorted(days)[-DAYS:]
    return tuple((spoken_date(datetime(d.year, d.month, d.day)), days[d]) for d in newest)  # noqa: DTZ001  a date


def _chart(id_: str, title: str, column: str, series: Series, types: Iterable[str]) -> Chart:
    wanted = tuple(types)
    points = [(label, _sum(counts, wanted)) for label, counts in series]
    total = sum(number or 0 for _label, number in points)
    says = _("%(total)s in all; at most %(most)s.", total=int(total), most=int(_most(points)))
    return Chart(id_, title, says, column, _bars(points))


def _per_minute(title: str, column: str, series: Series) -> Chart:
    points = [
        (label, None if number is None else round(number / 60, 2))
        for label, number in ((label, _sum(counts, (activity.TOKENS,))) for label, counts in series)
    ]
    says = _("At most %(most)s a minute.", most=_most(points))
    return Chart("tokens-day", title, says, column, _bars(points))


def _sum(counts: Counts, types: tuple[str, ...]) -> float | None:
    return sum(counts.get(one, 0) for one in types) if counts else None


def _most(points: list[tuple[str, float | None]]) -> float:
    return max((number or 0 for _label, number in points), default=0)


def _bars(points: list[tuple[str, float | None]]) -> tuple[Bar, ...]:
    most = _most(points) or 1
    return tuple(
        Bar(label, number, STEP * place, round((number or 0) * HEIGHT / most, 1))
        for place, (label, number) in enumerate(points)
    )
