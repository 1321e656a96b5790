"""Pages for people who are not signed in yet: most are reached by a mailed link."""

from idp.web.arrival import create_account, invited, password_reset, reset, set_password
from idp.web.arrival.routes import blueprint

__all__ = [
    "blueprint",
    "create_account",
    "invited",
    "password_reset",
    "reset",
    "set_password",
]
