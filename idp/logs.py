"""Structured logs: one line per event, with the request's reference, and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, TextIO, cast

import structlog

from config import Environment, Settings
from idp import clock, json_text, origin

SECRET_NAMES = re.compile(
    r"password|secret|token|code|assertion|authorization|cookie|otp|verifier|proof|private|seed",
    re.IGNORECASE,
)
HARMLESS_NAMES = frozenset({"status_code", "error_code", "token_type", "code_challenge_method"})
REDACTED = "[redacted]"
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def configure(settings: Settings) -> None:
    """Once per process. Libraries that would print tokens or bound parameters are held back."""
    lines = structlog.WriteLogger(cast("TextIO", _Patient(sys.stderr)))
    structlog.configure(
        processors=[
            redact,
            # What comes from ourselves needs no cleaning.
            structlog.processors.add_log_level,
            add_circumstances,
            # Frames without their local variables: those would hold what `redact` took out.
            structlog.processors.format_exc_info,
            _renderer(settings),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
        logger_factory=lambda *_names: lines,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=settings.log_level)
    # Authlib prints tokens at DEBUG; SQLAlchemy prints statements with their values at INFO.
    for name, quietest in (("authlib", "INFO"), ("urllib3", "INFO"), ("sqlalchemy", "WARNING")):
        level = max(getattr(logging, quietest), getattr(logging, settings.log_level))
        logging.getLogger(name).setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _Patient:
    """A stream whose disk may be full, or whose reader gone: a line that cannot be written is lost,
    and fails no request.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._unless_it_fails = suppress(OSError)

    def write(self, text: str) -> None:
        with self._unless_it_fails:
            self._stream.write(text)

    def flush(self) -> None:
        with self._unless_it_fails:
            self._stream.flush()


def add_circumstances(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """When it was, and of which work in hand it tells."""
    current = origin.current()
    event["timestamp"] = clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    event.setdefault("reference", current.reference)
    event.setdefault("address", current.address)
    return event


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Values under a name that smells of a secret never leave; control characters are escaped."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> object:
    if value is not None and _smells_of_a_secret(name):
        return REDACTED
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {str(key): _clean(str(key), item) for key, item in value.items()}
    return value


@lru_cache(maxsize=1024)
def _smells_of_a_secret(name: str) -> bool:
    return name not in HARMLESS_NAMES and SECRET_NAMES.search(name) is not None


def printable(text: str) -> str:
    """One event, one line: control and direction-changing characters are written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _renderer(settings: Settings) -> structlog.typing.Processor:
    wants_text = settings.log_format == "text" or (
        settings.log_format == "auto" and settings.environment is Environment.DEVELOPMENT
    )
    if wants_text:
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.processors.JSONRenderer(json_text.written)
