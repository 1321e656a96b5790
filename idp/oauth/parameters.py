"""Protocol parameters as they came: parsed strictly, each at most once, empty means absent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from urllib.parse import parse_qsl

Parameters = Sequence[tuple[str, str]]
"""Names and values in the order received: the query of a GET or the body of a POST, never both."""

MAXIMUM_FIELDS = 100
REPEATABLE = frozenset({"resource"})
"""RFC 8707 §2 is the one exception from RFC 6749 §3.1."""


class MalformedParameters(ValueError):
    """What came cannot be read as form fields."""


class NotAForm(MalformedParameters):
    """It is of another media type."""


def parse(raw: bytes) -> list[tuple[str, str]]:
    """Read `application/x-www-form-urlencoded`. Bytes that are no UTF-8 become lone surrogates,
    which `Received.unreadable` finds: where they stand decides on the right answer."""
    try:
        return parse_qsl(
            raw.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MAXIMUM_FIELDS,
        )
    except ValueError as error:
        raise MalformedParameters(str(error)) from error


def _repeated(names: list[str]) -> frozenset[str]:
    """Those that came several times and may not; none of most requests."""
    if len(set(names)) == len(names):
        return frozenset()
    return frozenset(name for name, count in Counter(names).items() if count > 1) - REPEATABLE


class Received:
    """The parameters of one request."""

    __slots__ = ("_values", "parameters", "repeated")

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._values = {name: value for name, value in parameters if value}
        self.repeated = _repeated([name for name, _ in parameters])

    def get(self, name: str) -> str | None:
        """The value, or None when it is absent or empty (RFC 6749 §3.1)."""
        return self._values.get(name)

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a repeatable parameter."""
        if name not in self._values:
            return ()
        return tuple(value for given, value in self.parameters if given == name and value)

    @property
    def values(self) -> dict[str, str]:
        """By name, without the empty ones."""
        return self._values

    def unreadable(self) -> frozenset[str]:
        """Names of parameters that hold NUL, or bytes that are no UTF-8; none of most requests."""
        if is_text("".join(chain.from_iterable(self.parameters))):
            return frozenset()
        return frozenset(
            name for name, value in self.parameters if not (is_text(name) and is_text(value))
        )


NOTHING = Received(())
"""What a request without parameters brings."""


def is_text(value: str) -> bool:
    """Whether a database and a redirect can carry it: no NUL, nothing that was not UTF-8."""
    if value.isascii():
        return "\0" not in value
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
