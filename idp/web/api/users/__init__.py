"""People: found, shown, and what may be done to their accounts. Nobody sees or sets a secret."""

from idp.web.api.users import acts, factor_resets, files, invitations, listing, role, show

__all__ = ["acts", "factor_resets", "files", "invitations", "listing", "role", "show"]
