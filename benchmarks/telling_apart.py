"""`python -m benchmarks.telling_apart`: can a stranger tell from the time of an answer who has an
account here?

Answers about different kinds of people are timed in turn and compared with those about somebody who
has an account: the difference of the medians, and the probability that a guess from one time is
right (AUC; 0.5 is a coin). Wanted: less than 5 ms, and 0.45 to 0.55.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.browser import Browser, Form, Page
from benchmarks.deployment import ISSUER, Deployment, command, deployed
from benchmarks.http import Connection, Wrong, message
from benchmarks.server import running

SETTINGS = {
    "IDP_THROTTLING": "off",  # the limits answer everybody alike, and long before a thousand times
    "IDP_ALLOW_UNSAFE": "throttling-off",
    "IDP_PASSWORDS__BCRYPT_COST": "10",
    "IDP_ACCOUNTS__REGISTRATION": "open",
}
LARGEST_DIFFERENCE = 5.0
"""Milliseconds between the medians."""
COIN = (0.45, 0.55)
"""AUC of somebody who learns nothing."""

Named = Callable[[], str]


@dataclass
class Kind:
    """A kind of person, by the name that is typed; and how long the answers took."""

    label: str
    name: Named
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """A form at which names are typed: where it stands, and its field."""

    label: str
    path: str
    name: str
    more: tuple[tuple[str, str], ...] = ()


QUESTIONS = (
    Question(
        "sign-in", "/account/", "username", (("password", "a wrong password of some length"),)
    ),
    Question("password reset", "/password-reset", "email"),
    Question("registration", "/create-account", "email"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling_apart")
    parser.add_argument("--samples", type=int, default=300, help="of each kind, per form")
    samples = parser.parse_args().samples
    with deployed("sqlite", 2, "ES256", SETTINGS) as deployment:
        kinds = _kinds(deployment)
        server = running(
            "wsgi:app", deployment.environment, deployment.log, health_path="/healthz", workers=1
        )
        with server as at:
            told = [asyncio.run(_ask(at.port, one, kinds, samples)) for one in QUESTIONS]
    return 0 if all(told) else 1


def _kinds(deployment: Deployment) -> Sequence[tuple[str, Named]]:
    known, disabled = (person.email for person in deployment.people)
    invited = "invited@bench.example"
    command(deployment.environment, "user", "create", invited, "--name", "No Password")
    command(deployment.environment, "user", "disable", disabled)
    return (
        ("has an account", lambda: known),
        ("nobody", lambda: f"{secrets.token_hex(4)}@bench.example"),
        ("is disabled", lambda: disabled),
        ("has no password", lambda: invited),
    )


async def _ask(
    port: int, question: Question, people: Sequence[tuple[str, Named]], samples: int
) -> bool:
    """Time the answers in turn, print the table, and say whether nothing can be told."""
    kinds = [Kind(label, name) for label, name in people]
    connection = Connection(port)
    browser = Browser(connection, ISSUER, "198.51.100.7")
    page = await browser.go(question.path, until="elsewhere:")
    if isinstance(page, str):
        raise Wrong(f"{question.path} leads away")
    form = page.form_with(question.name)
    for number in range(samples + 5):  # the first ones warm up
        for kind in secrets.SystemRandom().sample(kinds, len(kinds)):
            seconds = await _answer(browser, question, form, kind.name())
            if number >= 5:
                kind.seconds.append(seconds)
    connection.close()
    return _report(question, kinds)


async def _answer(browser: Browser, question: Question, form: Form, name: str) -> float:
    fields = form.fields | dict(question.more) | {question.name: name}
    headers = {
        "Host": ISSUER.removeprefix("https://"),
        "Origin": ISSUER,
        "Cookie": browser.cookies.header(form.action),
        "X-Forwarded-For": browser.address,
    }
    request = message("POST", form.action, headers, fields)
    began = time.perf_counter()
    response = await browser.connection.send(request)
    seconds = time.perf_counter() - began
    if response.status not in {303, 422}:
        raise Wrong(f"{question.label}: {response.status} {Page(response.body.decode()).name}")
    return seconds


def _report(question: Question, kinds: Sequence[Kind]) -> bool:
    known, *others = kinds
    print(f"\n{question.label}: median {median(known.seconds) * 1000:.2f} ms, {known.label}")
    nothing_told = True
    for kind in others:
        difference = (median(kind.seconds) - median(known.seconds)) * 1000
        area = auc(known.seconds, kind.seconds)
        fine = abs(difference) < LARGEST_DIFFERENCE and COIN[0] <= area <= COIN[1]
        nothing_told &= fine
        verdict = "nothing told" if fine else "TELLS"
        print(f"  {kind.label:<16} {difference:+7.2f} ms   AUC {area:.3f}   {verdict}")
    return nothing_told


def auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """The probability that one of the others took longer; equal times count half."""
    ordered = sorted(ones)
    shorter = sum(bisect_left(ordered, other) + bisect_right(ordered, other) for other in others)
    return shorter / 2 / len(ones) / len(others)


if __name__ == "__main__":
    sys.exit(main())
