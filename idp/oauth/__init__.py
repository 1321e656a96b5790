"""The protocol: one module per specification, and the only row that knows Authlib."""

from idp.oauth.server import install

__all__ = ["install"]
