"""Pages of the signed-in user: one module per subject."""

from idp.web.account import overview, recovery_codes, sign_out, totp
from idp.web.account.routes import blueprint

__all__ = ["blueprint", "overview", "recovery_codes", "sign_out", "totp"]
