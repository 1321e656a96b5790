"""Claims of the deployment's own in a file of people: in JSON the member `claims`, in CSV a column
for each. What is not defined, so every reserved name, is not known; values are judged as they are
everywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from idp import strict_json
from idp.accounts.custom_claims import definitions, values
from idp.accounts.custom_claims.definition import ClaimType, Definition

MEMBER = "claims"
PREFIX = "claim."


def columns() -> list[str]:
    """Of CSV, as claims are defined now."""
    return [f"{PREFIX}{claim.name}" for claim in definitions.everyone()]


def of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of CSV with its columns of claims as the member that JSON has."""
    known = {f"{PREFIX}{claim.name}": claim for claim in definitions.everyone()}
    told = {known[name].name: _read(known[name], cells[name]) for name in cells if name in known}
    others: dict[str, Any] = {name: cell for name, cell in cells.items() if name not in known}
    return others | ({MEMBER: told} if told else {})


def as_cells(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The other way round: by column."""
    for claim in definitions.everyone():
        if claim.name in told:
            yield f"{PREFIX}{claim.name}", _written(claim, told[claim.name])


def problems(told: Mapping[str, Any]) -> dict[str, str]:
    """By column, what is wrong with it."""
    return {f"{PREFIX}{name}"[:40]: says for name, says in values.problems(told).items()}


def stored(told: Mapping[str, Any]) -> dict[str, Any]:
    """As an account keeps them."""
    by_name = {claim.name: claim.id for claim in definitions.everyone()}
    return {by_name[name]: value for name, value in told.items() if name in by_name}


def _read(claim: Definition, cell: str) -> Any:  # noqa: ANN401  JSON
    """A text stands as it is, everything else as JSON. What is no JSON is judged as a text."""
    if _is_text(claim):
        return cell
    try:
        return strict_json.parse(cell)
    except ValueError:
        return cell


def _written(claim: Definition, value: object) -> str:
    return str(value) if _is_text(claim) else json.dumps(value, ensure_ascii=False)


def _is_text(claim: Definition) -> bool:
    return claim.type == ClaimType.STRING and not claim.multiple
