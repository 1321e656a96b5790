"""Claims of the deployment's own: listed, defined, changed, deleted."""

from idp.web.admin.claims import delete, edit, listing

__all__ = ["delete", "edit", "listing"]
