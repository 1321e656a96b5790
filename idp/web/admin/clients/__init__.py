"""Registered apps: the list, a new one, one and its changes, and what became of its requests."""

from idp.web.admin.clients import create, edit, listing, requests, secret, show, state

__all__ = ["create", "edit", "listing", "requests", "secret", "show", "state"]
