"""People: found, shown, and what may be done to their accounts."""

from idp.web.admin.users import acts, invite, listing, role, show

__all__ = ["acts", "invite", "listing", "role", "show"]
