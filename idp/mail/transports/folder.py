"""A folder with a file per mail, for development and tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from idp.outbox.delivery import Delivered, Outcome, Unreachable

SUFFIX = ".eml"


@dataclass(frozen=True, slots=True)
class Folder:
    """Only its owner can read it: the links inside are as good as in a mailbox."""

    path: Path

    def __call__(self, mail: EmailMessage) -> Outcome:
        """Whoever reads meanwhile sees all of a mail, or nothing of it."""
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self.path / f".{name}"
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(mail.as_bytes())
            unfinished.replace(self.path / (name + SUFFIX))
        except OSError as error:
            return Unreachable(f"folder: {type(error).__name__}")
        return Delivered()
