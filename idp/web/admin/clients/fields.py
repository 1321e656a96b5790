"""The fields of a registration as a form shows them, by section. The rules are not here: a form
becomes a metadata document, and `idp.clients` judges it as it does every other one.
"""

from __future__ import annotations

from collections.abc import Callable

from config import SecondFactorPolicy
from idp.authentication.assurance import CANONICAL, Assurance
from idp.clients.metadata import DEVICE_CODE
from idp.language import gettext_noop
from idp.web.admin.clients.field import Field, Kind, Section
from idp.web.admin.clients.signing_fields import SIGNING

NAME = Field(
    member="client_name",
    label=gettext_noop("Name"),
    hint=gettext_noop("What users read."),
    says_empty=True,
)
REDIRECTS = Field(
    member="redirect_uris",
    label=gettext_noop("Redirect URIs"),
    kind=Kind.LINES,
    hint=gettext_noop(
        "One on each line, exactly as the app sends it. They are compared letter by letter."
    ),
)
LEAVING = Field(
    member="post_logout_redirect_uris",
    label=gettext_noop("Where users may go after signing out"),
    kind=Kind.LINES,
    hint=gettext_noop("One on each line. May be empty."),
)
SCOPE = Field(
    member="scope",
    label=gettext_noop("Scopes"),
    hint=gettext_noop("What it may ask for, separated by spaces."),
    says_empty=True,
)
LEVEL = Field(
    member="min_acr",
    label=gettext_noop("The least that users must prove"),
    kind=Kind.CHOICE,
    hint=gettext_noop("A request can ask for more, never for less."),
    choices=(
        ("", gettext_noop("No more than the site asks for")),
        (CANONICAL[Assurance.ONE_FACTOR], gettext_noop("One factor")),
        (CANONICAL[Assurance.TWO_FACTOR], gettext_noop("Two factors")),
        (CANONICAL[Assurance.PHISHING_RESISTANT], gettext_noop("A passkey")),
    ),
)
TRUSTED = Field(
    member="trusted",
    label=gettext_noop("It is one of ours: users are not asked for permission"),
    kind=Kind.TICK,
    hint=gettext_noop("Only for apps that you run yourselves."),
)

NEW = (NAME, REDIRECTS, LEAVING, SCOPE, LEVEL, TRUSTED)
"""What a new registration asks; its template decides the rest."""

SECTIONS = (
    Section(
        "names",
        gettext_noop("What users see"),
        (
            NAME,
            Field(
                member="client_uri",
                label=gettext_noop("Home page"),
                hint=gettext_noop("Where pages of ours lead back to when a sign-in ends here."),
            ),
            Field(
                member="logo_uri",
                label=gettext_noop("Logo"),
                hint=gettext_noop(
                    "The https address of a PNG, JPEG, GIF or WebP file. It is fetched once, and "
                    "shown from here."
                ),
            ),
            Field(member="policy_uri", label=gettext_noop("Privacy policy")),
            Field(member="tos_uri", label=gettext_noop("Terms of service")),
            Field(
                member="initiate_login_uri",
                label=gettext_noop("Where a sign-in can be started"),
                hint=gettext_noop("An https address of the app. Preferred to its home page."),
            ),
            Field(
                member="contacts",
                label=gettext_noop("Email addresses of its makers"),
                kind=Kind.LINES,
                hint=gettext_noop("One on each line. Users do not see them."),
            ),
        ),
    ),
    Section(
        "addresses",
        gettext_noop("Addresses"),
        (
            REDIRECTS,
            LEAVING,
            Field(
                member="backchannel_logout_uri",
                label=gettext_noop("Told about sign-outs, server to server"),
                hint=gettext_noop("An https address that is sent a signed logout token."),
            ),
            Field(
                member="frontchannel_logout_uri",
                label=gettext_noop("Told about sign-outs, by the browser"),
                hint=gettext_noop(
                    "Opened in a frame that nobody sees. Many browsers keep the app's cookies from "
                    "it, so the other way is surer."
                ),
            ),
            Field(
                member="jwks_uri",
                label=gettext_noop("Its public keys"),
                hint=gettext_noop(
                    "The https address of a JWK set, for apps that prove themselves by a key. It "
                    "is read anew when a key is not known."
                ),
            ),
        ),
    ),
    Section(
        "use",
        gettext_noop("What it may do"),
        (
            SCOPE,
            Field(
                member="grant_types",
                label=gettext_noop("Grants"),
                kind=Kind.TICKS,
                choices=(
                    ("authorization_code", gettext_noop("Sign people in")),
                    ("refresh_token", gettext_noop("Stay connected (refresh tokens)")),
                    (DEVICE_CODE, gettext_noop("Sign people in on devices without a keyboard")),
                    ("client_credentials", gettext_noop("Act for itself")),
                ),
            ),
            Field(
                member="token_endpoint_auth_method",
                name_in_form="auth_method",
                label=gettext_noop("How it proves itself"),
                kind=Kind.CHOICE,
                choices=(
                    ("", gettext_noop("A secret, by header or in the body")),
                    ("client_secret_basic", gettext_noop("A secret, by header only")),
                    ("client_secret_post", gettext_noop("A secret, in the body only")),
                    ("private_key_jwt", gettext_noop("A key of its own")),
                    ("none", gettext_noop("Not at all: it cannot keep a secret")),
                ),
            ),
        ),
    ),
    Section(
        "audience",
        gettext_noop("Who may use it, and what it is told"),
        (
            Field(
                member="allowed_groups",
                label=gettext_noop("Groups whose members may use it"),
                kind=Kind.LINES,
                hint=gettext_noop("One name on each line. Empty: everybody with an account."),
            ),
            Field(
                member="subject_type",
                label=gettext_noop("How it knows its users"),
                kind=Kind.CHOICE,
                hint=gettext_noop("A change gives all its users new identifiers."),
                choices=(
                    ("public", gettext_noop("By the identifier that other apps get, too")),
                    ("pairwise", gettext_noop("By identifiers of its own (pairwise)")),
                ),
            ),
            Field(
                member="resources",
                label=gettext_noop("APIs that its access tokens may be for"),
                kind=Kind.LINES,
                hint=gettext_noop("One address on each line, as requests name it (RFC 8707)."),
            ),
            Field(
                member="id_token_claims",
                name_in_form="told_at_once",
                label=gettext_noop("Claims that its ID tokens tell, too"),
                kind=Kind.LINES,
                hint=gettext_noop(
                    "One on each line. Only what a scope that it may have releases; UserInfo tells "
                    "it anyway."
                ),
            ),
        ),
    ),
    Section(
        "policy",
        gettext_noop("How sure we must be"),
        (
            Field(
                member="profile",
                label=gettext_noop("Set of rules"),
                kind=Kind.CHOICE,
                hint=gettext_noop("What its requests are held to."),
                choices=(
                    ("standard", gettext_noop("Standard: code flow, PKCE, exact addresses")),
                    ("fapi2", gettext_noop("FAPI 2.0: also pushed requests, tokens bound to keys")),
                ),
            ),
            Field(
                member="require_pushed_authorization_requests",
                name_in_form="pushed_only",
                label=gettext_noop("It brings its requests itself (PAR)"),
                kind=Kind.TICK,
                hint=gettext_noop("The browser carries a name only; any other request is refused."),
            ),
            Field(
                member="dpop_bound_access_tokens",
                name_in_form="bound_to_key",
                label=gettext_noop("Its access tokens are bound to a key (DPoP)"),
                kind=Kind.TICK,
                hint=gettext_noop("A copy of one is worth nothing. Its library has to support it."),
            ),
            LEVEL,
            Field(
                member="second_factor_policy",
                label=gettext_noop("Two-step sign-in for this app"),
                kind=Kind.CHOICE,
                hint=gettext_noop("It never lowers what is required of a person."),
                choices=(
                    ("", gettext_noop("As the site and the person have it")),
                    (SecondFactorPolicy.NEVER.value, gettext_noop("Not asked for here")),
                    (SecondFactorPolicy.OPTIONAL.value, gettext_noop("Asked of whoever has it")),
                    (SecondFactorPolicy.REQUIRED.value, gettext_noop("Everybody has to have it")),
                ),
            ),
            Field(
                member="default_max_age",
                label=gettext_noop("How old a sign-in may be, in seconds"),
                kind=Kind.NUMBER,
                hint=gettext_noop(
                    "3600 is an hour, 0 asks each time. Empty: as old as the session."
                ),
            ),
            TRUSTED,
            Field(
                member="pkce_waived",
                label=gettext_noop("It may do without PKCE"),
                kind=Kind.TICK,
                hint=gettext_noop(
                    "Advised against: a stolen code can be used by somebody else. Only for an old "
                    "library of a confidential app; let it send a nonce."
                ),
            ),
        ),
    ),
    SIGNING,
    Section(
        "lifetimes",
        gettext_noop("Lifetimes"),
        (
            Field(
                member="access_token_lifetime",
                name_in_form="lifetime",
                label=gettext_noop("Access tokens, in seconds"),
                kind=Kind.NUMBER,
                hint=gettext_noop("600 is ten minutes. Empty: as the site has it."),
            ),
            Field(
                member="rotate_refresh_tokens",
                name_in_form="rotation",
                label=gettext_noop("A refresh token is replaced at each use"),
                kind=Kind.TICK,
                hint=gettext_noop("For apps that cannot keep a secret it always is."),
            ),
            Field(
                member="refresh_grace",
                label=gettext_noop("How long a replaced one is still honoured, in seconds"),
                kind=Kind.NUMBER,
                hint=gettext_noop("At most 30, for apps that lose an answer on the way. 0: never."),
            ),
        ),
    ),
)
"""What can be changed afterwards, in its order on the page."""

EDITABLE = tuple(field for section in SECTIONS for field in section.fields)


def within(allowed: Callable[[str], bool]) -> tuple[Section, ...]:
    """The sections with those fields whose member is allowed, without the empty ones."""
    narrowed = (
        Section(one.name, one.title, tuple(f for f in one.fields if allowed(f.member)))
        for one in SECTIONS
    )
    return tuple(section for section in narrowed if section.fields)
