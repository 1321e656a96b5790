"""People, clients and codes for trying the provider out; for a developer's machine only."""

from urllib.parse import urlsplit

from config import Environment, Settings

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def is_allowed(settings: Settings) -> bool:
    """The passwords are in the documentation: never in production, nor where others come by."""
    is_local = urlsplit(settings.issuer).hostname in _LOOPBACK
    return settings.environment is not Environment.PRODUCTION and is_local
