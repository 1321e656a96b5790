"""Groups and who is in them; claims of the deployment's own, and what people's say."""

from idp.web.api.groups import claims, definitions, members

__all__ = ["claims", "definitions", "members"]
