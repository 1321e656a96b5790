"""What a row says about a person, and what is wrong with it. Of the database only the definitions
of claims are asked, which the process keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.accounts import claims as standard_claims
from idp.accounts import create
from idp.accounts.imports import own_claims
from idp.accounts.imports.problem import Problem, Unreadable
from idp.authentication import foreign_hash
from idp.authentication.foreign_hash import Foreign, Unusable
from idp.authentication.identifier import address_problem, canonical, stored_form
from idp.language import gettext_noop
from idp.spreadsheet import plain_cell

ADDRESS = "address."
"""In CSV an address has a column for each of its members."""
CLAIMS = tuple(name for name in standard_claims.TYPES if name != "address")
ADDRESS_COLUMNS = tuple(f"{ADDRESS}{name}" for name in standard_claims.ADDRESS_MEMBERS)
OWN = (
    *("email", "email_verified", "name", "sub", "language", "disabled", "groups"),
    "password_hash",
)
LEFT_ALONE = ("role", "created_at", "updated_at")
"""Part of an export, and never taken over: an owner hands out roles."""
COLUMNS = (*OWN, *CLAIMS, *ADDRESS_COLUMNS)
_TAKEN = frozenset({*COLUMNS, *LEFT_ALONE, "address", own_claims.MEMBER})
"""Of JSON, whose objects stand in one piece."""

_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
_SUB = re.compile(r"[\x21-\x7e]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person as a row describes them."""

    email: str
    name: str
    canonical: str
    verified: bool = False
    disabled: bool = False
    sub: str | None = None
    language: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    own_claims: Mapping[str, Any] = field(default_factory=dict)
    """Those that are defined here, by name."""
    groups: tuple[str, ...] = ()
    password: Foreign | None = field(default=None, repr=False)


def require_columns(names: Iterable[str]) -> None:
    """Of the first line of CSV. Raises `Unreadable`: a column that is misspelt would be lost."""
    given = list(names)
    if "email" not in given:
        raise Unreadable(gettext_noop("There is no column named email."))
    if twice := sorted({name for name in given if given.count(name) > 1}):
        says = gettext_noop("These columns come twice: %(names)s.")
        raise Unreadable(says, names=", ".join(twice))
    known = {*COLUMNS, *LEFT_ALONE, *own_claims.columns()}
    if unknown := [name[:40] for name in given if name not in known]:
        says = gettext_noop("These columns are not known: %(names)s.")
        raise Unreadable(says, names=", ".join(unknown[:10]))


def of_csv(cells: Mapping[str, str]) -> dict[str, Any]:
    """Empty cells are values that are missing; what was kept from being a formula is as it was."""
    given = {name: plain_cell(cell) for name, cell in cells.items() if cell.strip()}
    return own_claims.of_cells(given)


def judge(values: Mapping[str, Any]) -> Candidate | list[Problem]:
    """One row."""
    found = _Row({name: value for name, value in values.items() if value is not None})
    candidate = found.candidate()
    return found.problems or candidate


class _Row:
    """Reads each value once, and remembers what is wrong."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.problems: list[Problem] = []

    def candidate(self) -> Candidate:
        self._no_others()
        email = self._email()
        return Candidate(
            email=stored_form(email),
            name=self._name(),
            canonical=canonical(email),
            verified=self._flag("email_verified"),
            disabled=self._flag("disabled"),
            sub=self._matching("sub", _SUB, _SAYS_SUB),
            language=self._matching("language", _LANGUAGE, _SAYS_LANGUAGE),
            claims=self._claims(),
            own_claims=self._own_claims(),
            groups=self._groups(),
            password=self._password(),
        )

    def _wrong(self, column: str, says: str, **values: str | int) -> None:
        self.problems.append(Problem(says, column, values))

    def _no_others(self) -> None:
        for name in self._values:
            if name not in _TAKEN:
                self._wrong(name[:40], gettext_noop("This is not known."))

    def _text(self, column: str) -> str:
        value = self._values.get(column, "")
        if isinstance(value, str):
            return value.strip()
        self._wrong(column, gettext_noop("This has to be a text."))
        return ""

    def _email(self) -> str:
        email = self._text("email")
        if problem := address_problem(email):
            self._wrong("email", problem)
        return email

    def _name(self) -> str:
        """Made of the parts when it is not given."""
        parts = (self._text("given_name"), self._text("family_name"))
        name = create.tidy_name(self._text("name") or " ".join(parts))
        if create.name_problem(name):
            self._wrong("name", create.NAME_RULE, most=create.LONGEST_NAME)
        return name

    def _flag(self, column: str) -> bool:
        value = self._values.get(column, False)
        if isinstance(value, str) and value.strip().lower() in _FLAGS:
            return _FLAGS[value.strip().lower()]
        if not isinstance(value, bool):
            self._wrong(column, gettext_noop("This has to be true or false."))
            return False
        return value

    def _matching(self, column: str, pattern: re.Pattern[str], says: str) -> str | None:
        text = self._text(column)
        if text and not pattern.fullmatch(text):
            self._wrong(column, says)
        return text or None

    def _claims(self) -> dict[str, Any]:
        claims = {name: self._values[name] for name in CLAIMS if name in self._values}
        for name in ("phone_number_verified",):
            if isinstance(claims.get(name), str):
                claims[name] = self._flag(name)
        if address := self._address():
            claims["address"] = address
        for name, says in standard_claims.problems(claims, {}).items():
            self._wrong(name, gettext_noop("This has to be %(what)s."), what=says)
        return claims

    def _own_claims(self) -> Mapping[str, Any]:
        given = self._values.get(own_claims.MEMBER, {})
        if not isinstance(given, Mapping):
            self._wrong(own_claims.MEMBER, gettext_noop("This has to be an object."))
            return {}
        for column, says in own_claims.problems(given).items():
            self._wrong(column, gettext_noop("This cannot be: %(why)s."), why=says)
        return given

    def _address(self) -> Any:  # noqa: ANN401  judged with the other claims
        members = {
            name.removeprefix(ADDRESS): self._values[name]
            for name in ADDRESS_COLUMNS
            if name in self._values
        }
        return self._values.get("address") or members

    def _groups(self) -> tuple[str, ...]:
        """Names in a list, or with spaces between."""
        value = self._values.get("groups", "")
        names = value.split() if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            self._wrong("groups", gettext_noop("This has to be a list of names."))
            return ()
        return tuple(dict.fromkeys(names))

    def _password(self) -> Foreign | None:
        value = self._values.get("password_hash") or ""
        text = foreign_hash.of_keycloak(value) if isinstance(value, Mapping) else value
        if not isinstance(text, str):
            self._wrong("password_hash", _SAYS_HASH, why="it is no password hash")
            return None
        try:
            return foreign_hash.read(text.strip()) if text.strip() else None
        except Unusable as error:
            self._wrong("password_hash", _SAYS_HASH, why=str(error))
            return None


_SAYS_SUB = gettext_noop("A sub has 1 to 64 visible ASCII characters.")
_SAYS_HASH = gettext_noop("This hash cannot be taken over: %(why)s.")
_SAYS_LANGUAGE = gettext_noop("Write a language like en or pt-BR.")
