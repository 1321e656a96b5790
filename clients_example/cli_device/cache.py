"""Tokens between two commands: a file that only its owner can read."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def store(file: Path, tokens: dict[str, Any]) -> None:
    """All or nothing: a new file takes the old one's place. It is never open to others."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    with suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(tokens, opened)
    new.replace(file)


def load(file: Path) -> dict[str, Any] | None:
    """None if nobody is signed in."""
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return None


def forget(file: Path) -> None:
    """Whether or not there is anything."""
    file.unlink(missing_ok=True)
