"""What a document says, each object judged by the rules of every other door. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from idp import clock
from idp.accounts import invalid
from idp.accounts.custom_claims import definition
from idp.accounts.groups import proposed as groups
from idp.clients import document as clients
from idp.clients import registry
from idp.clients.metadata import Invalid, problems
from idp.clients.register import deployment
from idp.configuration.objects import DISABLED, VERSION, Place, Section, Wanted, of_proposed

NOT_HERE = frozenset(
    {
        *("client_id", "client_id_issued_at", "client_secret", "client_secret_expires_at"),
        *("secrets", "registration_access_token", "registration_client_uri"),
    }
)
"""Names and secrets of a client: the one stands before its registration, the others nowhere."""

Objects = dict[Place, Wanted]
Problems = dict[str, str]
"""By the place in the document."""


def read(document: object) -> Objects | Invalid:
    """Every problem at once."""
    if not isinstance(document, dict):
        return Invalid({"": "must be an object with version, claims, groups and clients"})
    wrong = _around(document)
    found: Objects = {}
    for section in Section:
        objects = document.get(section.value)
        if objects is None:
            continue
        if not isinstance(objects, dict):
            wrong[section.value] = "must be an object: a name, and what it names"
            continue
        for name, one in objects.items():
            place = Place(section, name)
            judged = _READ[section](name, one)
            if isinstance(judged, Wanted):
                found[place] = judged
            else:
                wrong |= {_path(place, member): text for member, text in judged.items()}
    return Invalid(wrong) if wrong else found


def _path(place: Place, member: str) -> str:
    return f"{place}/{member}" if member else str(place)


def _around(document: Mapping[str, Any]) -> Problems:
    known = {"version", *(section.value for section in Section)}
    wrong = {str(one): "is not known" for one in document if one not in known}
    if document.get("version") != VERSION or document.get("version") is True:
        wrong["version"] = f"must be {VERSION}"
    return wrong


def _claim(name: str, document: object) -> Wanted | Problems:
    judged = definition.from_document(name, document)
    if isinstance(judged, invalid.Invalid):
        return dict(judged.problems)
    return Wanted(judged, definition.as_document(judged))


def _group(name: str, document: object) -> Wanted | Problems:
    judged = groups.from_document(name, document)
    if isinstance(judged, invalid.Invalid):
        return dict(judged.problems)
    return Wanted(judged, groups.as_document(judged))


def _client(client_id: str, document: object) -> Wanted | Problems:
    if not isinstance(document, dict):
        return {"": "must be an object"}
    wrong = _client_problems(client_id, document)
    is_disabled = document.get(DISABLED, False)
    if not isinstance(is_disabled, bool):
        wrong[DISABLED] = "must be true or false"
    judged = clients.from_document(document)
    if isinstance(judged, Invalid):
        return judged.problems | wrong
    wrong = problems(judged, deployment()) | wrong
    if wrong:
        return wrong
    disabled_at = clock.now() if is_disabled else None
    return Wanted(judged, of_proposed(judged, disabled_at=disabled_at), is_disabled)


def _client_problems(client_id: str, document: Mapping[str, Any]) -> Problems:
    wrong = dict.fromkeys(clients.ignored_members(document), "is not known")
    wrong |= {one: "has no place here" for one in document if one in NOT_HERE}
    if not registry.is_well_formed(client_id):
        wrong[""] = "a client_id has 1 to 255 printable ASCII characters and no space"
    return wrong


_READ: dict[Section, Callable[[str, object], Wanted | Problems]] = {
    Section.CLAIMS: _claim,
    Section.GROUPS: _group,
    Section.CLIENTS: _client,
}
