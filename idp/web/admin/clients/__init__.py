"""Registered apps: the list, a new one, one and its changes, and what became of its requests."""

from idp.web.admin.clients import (
    address_check,
    create,
    edit,
    listing,
    paste,
    people,
    remedy,
    requests,
    secret,
    show,
    snippets,
    state,
    trial,
)

__all__ = [
    "address_check",
    "create",
    "edit",
    "listing",
    "paste",
    "people",
    "remedy",
    "requests",
    "secret",
    "show",
    "snippets",
    "state",
    "trial",
]
