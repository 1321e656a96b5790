"""Apps: the list, a new one, one and its changes, its secrets, and what became of its requests."""

from idp.web.api.clients import (
    acts,
    change,
    listing,
    own,
    people,
    preview,
    requests,
    setting_up,
    show,
    trials,
)

__all__ = [
    "acts",
    "change",
    "listing",
    "own",
    "people",
    "preview",
    "requests",
    "setting_up",
    "show",
    "trials",
]
