"""Groups: listed, made, changed, deleted, and who is in them."""

from idp.web.admin.groups import delete, edit, listing, membership, show

__all__ = ["delete", "edit", "listing", "membership", "show"]
