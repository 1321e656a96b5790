"""Pages for people who are not signed in yet: most are reached by a mailed link."""

from idp.web.arrival import password_reset, reset, set_password
from idp.web.arrival.routes import blueprint

__all__ = ["blueprint", "password_reset", "reset", "set_password"]
