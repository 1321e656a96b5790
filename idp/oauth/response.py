"""The authorization response: one writer for success and error, for every response mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

Pair = tuple[str, str]


class ResponseMode(StrEnum):
    """Where the parameters of a response go."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"
    QUERY_JWT = "query.jwt"
    FRAGMENT_JWT = "fragment.jwt"
    FORM_POST_JWT = "form_post.jwt"

    @property
    def way(self) -> ResponseMode:
        """The same without a signature."""
        return ResponseMode(self.removesuffix(_OF_JWT))

    @property
    def signed(self) -> ResponseMode:
        """The same as a JWT."""
        return ResponseMode(self.way + _OF_JWT)


_OF_JWT = ".jwt"
PLAIN = (ResponseMode.QUERY, ResponseMode.FRAGMENT, ResponseMode.FORM_POST)
SIGNED = tuple(mode.signed for mode in PLAIN)


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """Has a `location` (answer 303) or a `form` (a page that posts itself to the redirect URI)."""

    redirect_uri: str
    parameters: tuple[Pair, ...]
    mode: ResponseMode = ResponseMode.QUERY

    @property
    def location(self) -> str | None:
        """Where the browser is sent. The registered query is kept (RFC 6749 §3.1.2)."""
        encoded = urlencode(self.parameters, quote_via=quote, safe="")
        match self.mode.way:
            case ResponseMode.QUERY:
                return f"{self.redirect_uri}{_joint(self.redirect_uri)}{encoded}"
            case ResponseMode.FRAGMENT:
                return f"{self.redirect_uri}#{encoded}"
            case _:
                return None

    @property
    def form(self) -> AuthorizationResponse | None:
        """Itself, when it is to be posted: its `redirect_uri` and `parameters` fill the form."""
        return self if self.mode.way is ResponseMode.FORM_POST else None


def _joint(uri: str) -> str:
    if "?" not in uri:
        return "?"
    return "" if uri.endswith(("?", "&")) else "&"
