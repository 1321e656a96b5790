"""Which sections of which specifications are proven by tests, and what is left out on purpose.

Read from the source, not from a run, so that it is complete whatever was selected.
`python -m tests.support.spec_matrix` prints the table of the README.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

spec = pytest.mark.spec
"""`@spec("RFC 7636", "4.6")`: this test proves that section."""

DOCUMENTS = {
    "RFC 4226": "HOTP",
    "RFC 6238": "TOTP: time-based one-time passwords",
    "RFC 6749": "OAuth 2.0",
    "RFC 6750": "Bearer tokens",
    "RFC 7009": "Token revocation",
    "RFC 7515": "JSON Web Signature",
    "RFC 7517": "JSON Web Key",
    "RFC 7519": "JSON Web Token",
    "RFC 7521": "Assertions of clients",
    "RFC 7523": "JWTs as client assertions",
    "RFC 7591": "Dynamic client registration",
    "RFC 7592": "Management of a dynamic registration",
    "RFC 7617": "HTTP Basic authentication",
    "RFC 7636": "PKCE",
    "RFC 7638": "JWK thumbprint",
    "RFC 7662": "Token introspection",
    "RFC 8176": "Authentication method references (amr)",
    "RFC 8252": "OAuth for native apps",
    "RFC 8414": "Authorization server metadata",
    "RFC 8628": "Device authorization grant",
    "RFC 8707": "Resource indicators",
    "RFC 8725": "JWT best current practices",
    "RFC 9068": "JWT access tokens",
    "RFC 9101": "JWT-secured authorization requests",
    "RFC 9110": "HTTP semantics",
    "RFC 9126": "Pushed authorization requests",
    "RFC 9207": "Issuer in the authorization response",
    "RFC 9449": "DPoP: proof of possession",
    "RFC 9470": "Step-up authentication challenge",
    "RFC 9700": "OAuth 2.0 security best current practice",
    "RFC 9728": "Protected resource metadata",
    "OIDC Core": "OpenID Connect Core",
    "OIDC Discovery": "OpenID Connect Discovery",
    "OIDC Registration": "OpenID Connect Dynamic Client Registration",
    "OIDC MRT": "Multiple response types",
    "OIDC Form Post": "Form post response mode",
    "JARM": "JWT Secured Authorization Response Mode",
    "FAPI 2.0": "FAPI 2.0 Security Profile",
    "EAP ACR Values": "OpenID Connect EAP ACR Values",
    "WebAuthn": "Web Authentication Level 3",
    "Prompt Create": "Initiating User Registration via OpenID Connect",
    "RP-Initiated Logout": "OpenID Connect RP-Initiated Logout",
    "Back-Channel Logout": "OpenID Connect Back-Channel Logout",
    "Front-Channel Logout": "OpenID Connect Front-Channel Logout",
}
"""Names as they are cited in code and claimed by tests."""


@dataclass(frozen=True, slots=True)
class NotSupported:
    """Something a reader of the specification might look for here in vain."""

    document: str
    section: str
    what: str
    why: str


NOT_SUPPORTED = (
    NotSupported("RFC 6749", "4.2", "implicit grant", "tokens in URLs leak (RFC 9700 §2.1.2)"),
    NotSupported("RFC 6749", "4.3", "password grant", "no app sees a password (RFC 9700 §2.4)"),
    NotSupported(
        "RFC 7636", "4.2", "`plain` challenges", "S256 is for everybody (RFC 9700 §2.1.1)"
    ),
    NotSupported(
        "RFC 7591", "2.3", "software statements", "ignored; an initial access token vouches instead"
    ),
    NotSupported("OIDC Core", "10.2", "encrypted ID tokens", "TLS protects them; nobody has asked"),
    NotSupported("OIDC Core", "9", "`client_secret_jwt`", "needs a readable secret; use a key"),
    NotSupported("OIDC Core", "2", "`alg` `none`", "an unsigned ID token proves nothing"),
)

_MODULES = {
    "oidc_core": "OIDC Core",
    "oidc_discovery": "OIDC Discovery",
    "oidc_eap_acr_values": "EAP ACR Values",
    "oidc_prompt_create": "Prompt Create",
    "oidc_rp_initiated_logout": "RP-Initiated Logout",
    "oidc_backchannel_logout": "Back-Channel Logout",
    "oidc_frontchannel_logout": "Front-Channel Logout",
}
_NAMES = "|".join(re.escape(name) for name in DOCUMENTS)
_CITATION = re.compile(
    # A document we do not list is read as one, too, so that its sections go to nobody else.
    rf"(?:(?P<document>{_NAMES}|RFC \d+|NIST SP [\w-]+|(?:OIDC|OAuth|OpenID) [A-Z]\w+)\s+)?"
    r"§(?P<section>[A-Z\d]+(?:\.\d+)*)"
)


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """One section of one specification."""

    document: str
    number: str

    def includes(self, other: Section) -> bool:
        """Whether the other is this one, or stands inside it."""
        return self.document == other.document and f"{other.number}.".startswith(f"{self.number}.")

    def __str__(self) -> str:
        return f"{self.document} §{self.number}"


def claimed(tests: Path = PROJECT / "tests") -> dict[Section, list[str]]:
    """The sections that tests are marked with, each with the names of those tests."""
    sections: defaultdict[Section, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for section in _marks(node):
                    sections[section].append(f"{path.relative_to(tests)}::{node.name}")
    return dict(sections)


def cited(package: Path) -> dict[Section, list[str]]:
    """The sections that docstrings of functions and classes cite, each with where."""
    sections: defaultdict[Section, list[str]] = defaultdict(list)
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                text = ast.get_docstring(node) or ""
                for section in citations(text, document_of(path.stem)):
                    sections[section].append(f"{path.relative_to(package)}::{node.name}")
    return dict(sections)


def citations(text: str, inside: str | None) -> Iterator[Section]:
    """Sections named in a text; a bare § belongs to the document whose module we are inside."""
    document = inside
    for match in _CITATION.finditer(text):
        # "RFC 6749 §4.1.3, §5.2" names the document once.
        document = match["document"] or document
        if document in DOCUMENTS:
            yield Section(document, match["section"])


def document_of(module: str) -> str | None:
    """`rfc7636_pkce` is about RFC 7636."""
    if match := re.match(r"rfc(\d+)_", module):
        return f"RFC {match[1]}"
    return next((name for prefix, name in _MODULES.items() if module.startswith(prefix)), None)


def _marks(node: ast.FunctionDef | ast.ClassDef) -> Iterator[Section]:
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Name(id="spec") | ast.Attribute(attr="spec"),
                args=[ast.Constant(value=str(document)), ast.Constant(value=str(number))],
            ):
                yield Section(document, number)


def table() -> str:
    """The README's table: specification, sections with tests, what is left out."""
    tested: defaultdict[str, list[str]] = defaultdict(list)
    for section in sorted(claimed(), key=_by_number):
        tested[section.document].append(section.number)
    rows = ["| Specification | | Tested sections | Not supported |", "|---|---|---|---|"]
    for document, title in DOCUMENTS.items():
        missing = [
            f"{gap.what} (§{gap.section})" for gap in NOT_SUPPORTED if gap.document == document
        ]
        if tested[document] or missing:
            sections = ", ".join(f"§{number}" for number in tested[document])
            rows.append(f"| {document} | {title} | {sections} | {', '.join(missing)} |")
    return "\n".join(rows)


def _by_number(section: Section) -> tuple[str, list[tuple[int, str]]]:
    """§3.10 comes after §3.9."""
    parts = section.number.split(".")
    return section.document, [(int(part), "") if part.isdigit() else (0, part) for part in parts]


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
