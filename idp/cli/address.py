"""HOST:PORT, as it is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


class AddressType(click.ParamType[Address]):
    """For options of commands."""

    name = "HOST:PORT"

    def convert(  # what click calls with what was typed, or with the default
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        if isinstance(value, Address):
            return value
        parts = _ADDRESS.fullmatch(str(value))
        if parts is None or int(parts["port"]) > 65535:
            self.fail(f"{value!r} is not HOST:PORT", param, ctx)
        return Address(parts["host"].strip("[]"), int(parts["port"]))
