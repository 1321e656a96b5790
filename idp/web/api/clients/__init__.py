"""Apps: the list, a new one, one and its changes, its secrets, and what became of its requests."""

from idp.web.api.clients import listing

__all__ = ["listing"]
