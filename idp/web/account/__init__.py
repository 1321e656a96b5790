"""Pages of the signed-in user: one module per subject."""

from idp.web.account import overview, recovery_codes, totp
from idp.web.account.routes import blueprint

__all__ = ["blueprint", "overview", "recovery_codes", "totp"]
