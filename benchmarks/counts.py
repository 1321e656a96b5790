"""Statements and writing transactions of each operation: counted, one sample after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from benchmarks.counting_headers import STATEMENTS, WRITES
from benchmarks.http import Connection, Response
from benchmarks.operations import CodeExchange, Operation

SAMPLES = 12
SLOW_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """For one sample, averaged: about once a second a version is compared beside it."""

    statements: float
    writes: float


class CountingConnection(Connection):
    """Adds up what the server says about every answer."""

    statements: ClassVar[int] = 0
    writes: ClassVar[int] = 0

    async def send(self, request: bytes) -> Response:
        response = await Connection.send(self, request)
        CountingConnection.statements += int(response.header(STATEMENTS) or 0)
        CountingConnection.writes += int(response.header(WRITES) or 0)
        return response


async def count_operation(operation: Operation) -> Counts:
    """By a target that speaks through `CountingConnection`."""
    if isinstance(operation, CodeExchange):
        operation.enough = SAMPLES + 1
    operation.open()
    try:
        await operation.prepare()
        await operation.sample(0)
        samples = SLOW_SAMPLES if operation.stretch > 1 else SAMPLES
        statements, writes = CountingConnection.statements, CountingConnection.writes
        for _ in range(samples):
            await operation.sample(0)
    finally:
        operation.close()
    return Counts(
        (CountingConnection.statements - statements) / samples,
        (CountingConnection.writes - writes) / samples,
    )
