"""Whether this server has been told to end: it answers on, and asks proxies to send elsewhere.

The program that `idp serve` becomes makes a file when it is told (`idp.cli.leaving_server`); its
workers, which hear nothing of a signal until they have to end, look for it when they are probed.
"""

from __future__ import annotations

import os
from pathlib import Path

FILE = "SERVER_LEAVES_BY"
"""The environment variable that names the file."""


def is_announced() -> bool:
    """False where nobody would announce it: under another server."""
    named = os.environ.get(FILE)
    return named is not None and Path(named).exists()
