"""Pages of the signed-in user: one module per subject."""

from idp.web.account import overview, password, recovery_codes, security, totp
from idp.web.account.routes import blueprint

__all__ = ["blueprint", "overview", "password", "recovery_codes", "security", "totp"]
