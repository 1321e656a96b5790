"""`python -m benchmarks.traces_cost`: what traces cost the token endpoint, on and off by turns.

Two apps in this process serve the same database; one keeps traces and the other does not. Blocks of
requests go to each in turn, so that whatever else happens on the machine happens to both. CPU time
of the process is counted, the thread that writes traces included.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from config import TraceSettings
from idp import clock, traces
from tests.support import provider
from tests.support.browser import Browser
from tests.support.databases import EngineKind
from tests.support.factories import EMAIL, PASSWORD, Factory
from tests.support.relying_party import RelyingParty, answer

if TYPE_CHECKING:
    from flask import Flask

Send = Callable[[], int]
"""Sends one request and answers its status."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same requests to both apps."""

    name: str
    on: Iterator[Send]
    off: Iterator[Send]


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU for a request, and the ratio of each round."""

    name: str
    on: float
    off: float
    ratios: list[float]

    def __str__(self) -> str:
        more = (statistics.median(self.ratios) - 1) * 100
        low, high = ((one - 1) * 100 for one in (min(self.ratios), max(self.ratios)))
        return (
            f"{self.name:34} {self.off:8.3f} {self.on:8.3f} {more:+7.1f} %"
            f"   ({low:+.1f} to {high:+.1f})"
        )


def main() -> None:
    options = _parse()
    with TemporaryDirectory(prefix="idp-traces-") as name:
        # What the support of the tests finds in a run of pytest.
        os.environ |= {"TEST_RUN_DIR": name, "TEST_RUN_BEGAN": str(int(clock.now().timestamp()))}
        with provider.databases().migrated(EngineKind.SQLITE, Path(name)) as url:
            _report(url, Path(name), options)


def _report(url: str, folder: Path, options: argparse.Namespace) -> None:
    on, off = (_app(url, folder, enabled=enabled) for enabled in (True, False))
    print(f"{'':34} {'off ms':>8} {'on ms':>8} {'more':>9}   (least to most of the rounds)")
    for pair in _pairs(on, off, options.clients):
        print(_measured(pair, on, options.rounds, options.block))
    for app in (on, off):
        provider.dispose(app)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traces_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--block", type=int, default=100, help="requests of a block")
    parser.add_argument("--clients", type=int, default=100, help="of the crowd of clients")
    return parser.parse_args()


def _app(url: str, folder: Path, *, enabled: bool) -> Flask:
    wanted = {"traces": TraceSettings(enabled=enabled), "throttling": "off"}
    return provider.build(provider.settings_for(url, folder, **wanted))


def _pairs(on: Flask, off: Flask, crowd: int) -> Iterator[Pair]:
    """One busy client, whose ration is soon used up; then a crowd, where each request is kept."""
    a = Factory(on)
    a.user()
    busy = a.client("machine")
    yield Pair("client_credentials, one client", *(_machine([busy], app) for app in (on, off)))
    many = [a.client("machine") for _ in range(crowd)]
    title = f"client_credentials, {crowd} clients"
    yield Pair(title, *(_machine(many, app) for app in (on, off)))
    web, token = _signed_in(a, on)
    yield Pair("refresh, one client", *(_refreshing(web, token, app) for app in (on, off)))


def _signed_in(a: Factory, app: Flask) -> tuple[RelyingParty, str]:
    rp = a.client(trusted=True, scope="openid offline_access")
    browser = Browser(app.test_client(), rp.issuer)
    browser.open(rp.authorization_url(scope="openid offline_access"))
    browser.submit(username=EMAIL, password=PASSWORD)
    told = rp.exchange(answer(browser.left_for)["code"]).json or {}
    return rp, told["refresh_token"]


def _machine(clients: list[RelyingParty], app: Flask) -> Iterator[Send]:
    parties = [RelyingParty(app.test_client(), one.issuer, one.client_id, one.client_secret)
               for one in clients]  # fmt: skip
    while True:
        for one in parties:
            yield partial(_ask, one)


def _ask(rp: RelyingParty) -> int:
    return rp.token(grant_type="client_credentials").status_code


def _refreshing(known: RelyingParty, token: str, app: Flask) -> Iterator[Send]:
    rp = RelyingParty(app.test_client(), known.issuer, known.client_id, known.client_secret)
    while True:
        yield lambda: rp.refresh(token).status_code


def _measured(pair: Pair, keeper: Flask, rounds: int, block: int) -> Cost:
    on, off, ratios = [], [], []
    for number in range(rounds + 1):
        # Who goes first changes, so that neither always finds the warmer cache.
        first, second = (pair.on, pair.off) if number % 2 else (pair.off, pair.on)
        times = [_block(first, keeper, block), _block(second, keeper, block)]
        with_traces, without = times if number % 2 else times[::-1]
        if number == 0:
            continue  # it only warms up
        on.append(with_traces)
        off.append(without)
        ratios.append(with_traces / without)
    return Cost(pair.name, statistics.median(on), statistics.median(off), ratios)


def _block(requests: Iterator[Send], keeper: Flask, size: int) -> float:
    """Milliseconds of CPU for each; what is written behind the answers belongs to the block."""
    gc.collect()
    began = time.process_time()
    for _ in range(size):
        status = next(requests)()
        if status != 200:
            raise SystemExit(f"the token endpoint answered {status}")
    with keeper.app_context():
        traces.flush()
    return (time.process_time() - began) * 1000 / size


if __name__ == "__main__":
    main()
