"""What an app is started with, as a file that only its owner reads."""

from __future__ import annotations

import os
from pathlib import Path

from idp.cli.output import Refused
from idp.extensions import settings


def write(path: Path, client_id: str, client_secret: str | None) -> None:
    """`ISSUER`, `CLIENT_ID` and, where there is one, `CLIENT_SECRET`: a new file, mode 0600."""
    lines = {"ISSUER": settings().issuer, "CLIENT_ID": client_id}
    if client_secret is not None:
        lines["CLIENT_SECRET"] = client_secret
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"Cannot write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in lines.items())
