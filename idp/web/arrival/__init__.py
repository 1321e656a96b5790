"""Pages that one reaches from a link: choosing a password."""

from idp.web.arrival import set_password
from idp.web.arrival.routes import blueprint

__all__ = ["blueprint", "set_password"]
