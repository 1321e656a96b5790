"""Made-up values that look like real ones: row ids of a moment, names, addresses."""

from __future__ import annotations

import base64
import random  # noqa: TID251  made-up values are the same every time
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CROCKFORD.encode())

chance = random.Random(20260101)  # noqa: S311

_FIRST = """
Ann Ben Chi Dan Eva Finn Gia Hoa Ida Jan Kim Lea Mia Nam Ole Pia Quy Rosa Sam Tom Uma Van
Wim Xia Yan Zoe Anton Berta Carlos Diana Emilio Fatima Gustav Hanna Igor Julia Katrin Linh
Marco Nadia Oskar Petra Quentin Renate Stefan Thuy Ulrich Vera Werner Ximena Yusuf Zarah
"""
_LAST = """
Abel Baker Castro Dietrich Evans Fischer Garcia Huber Ito Jensen Keller Lange Meyer Nguyen
Okafor Peters Quinn Rossi Schmidt Tanaka Ueda Vogel Wagner Xu Young Zimmermann Alvarez
Bernard Conti Dubois Eriksen Fontaine Gruber Hoang Ivanov Jung Kowalski Lindqvist Moreau
Novak Olsen Pham Ramirez Sato Tran Urban Vargas Weber Yilmaz Zhang
"""
FIRST, LAST = _FIRST.split(), _LAST.split()


@lru_cache(maxsize=4096)
def _beginning(milliseconds: int) -> str:
    return "".join(_CROCKFORD[(milliseconds >> shift) & 31] for shift in range(45, -5, -5))


def row_id(at: datetime) -> str:
    """As `opaque.identifier` would have made it then."""
    ending = base64.b32encode(secrets.token_bytes(10)).translate(_TO_CROCKFORD)
    return _beginning(int(at.timestamp() * 1000)) + ending.decode("ascii")


def name(number: int) -> str:
    """Of the person with this number; a few hundred people share each."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"


def address(number: int) -> str:
    """Nobody shares one."""
    first, last = name(number).lower().split()
    return f"{first}.{last}.{number}@example-{number % 300}.org"


def network_address() -> str:
    """One of a few hundred thousand."""
    return f"198.{chance.randrange(4)}.{chance.randrange(256)}.{chance.randrange(256)}"


def line(values: Sequence[object]) -> str:
    """A row in the text format of PostgreSQL's COPY."""
    return "\t".join([_cell(value) for value in values]) + "\n"


def _cell(value: object) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case bytes():
            return "\\\\x" + value.hex()
        case datetime():
            return value.isoformat()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
