"""People: found, shown, and what may be done to their accounts."""

from idp.web.admin.users import acts, bring, claims, invite, listing, role, show, take

__all__ = ["acts", "bring", "claims", "invite", "listing", "role", "show", "take"]
