"""Is the token endpoint still quick while people wait to sign in?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from benchmarks.load import Load
from benchmarks.measurement import Measurement, Meters, count
from benchmarks.operations import ClientCredentials, SignIn
from benchmarks.stock import Stock

NAME = "token-beside-sign-ins"
WAITING = 16
RATE = 100.0
"""Token requests a second, whatever the server does."""


class Crowd(SignIn):
    lanes = WAITING


@dataclass(frozen=True, slots=True)
class Beside:
    """The same load alone and with the crowd, and what the crowd got."""

    alone: Measurement
    crowded: Measurement
    sign_ins: Measurement


async def token_beside_sign_ins(stock: Stock, meters: Meters, duration: float) -> Beside:
    """Both within one round, so that the machine's mood is the same."""
    tokens, crowd = ClientCredentials(stock), Crowd(stock)
    tokens.open()
    crowd.open()
    try:
        await tokens.prepare()
        async with Load(tokens.sample, tokens.lanes, RATE) as load:
            await asyncio.sleep(tokens.warm_up)
            alone = await count(load, meters, duration)
            async with Load(crowd.sample, crowd.lanes) as people:
                await asyncio.sleep(crowd.warm_up)
                crowded, sign_ins = await asyncio.gather(
                    count(load, meters, duration * crowd.stretch),
                    count(people, meters, duration * crowd.stretch),
                )
    finally:
        tokens.close()
        crowd.close()
    return Beside(alone, crowded, sign_ins)
