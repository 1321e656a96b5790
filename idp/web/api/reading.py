"""What a request brings: query, body and the version that a change starts from, read strictly.

Unknown names are refused with the place where they stand, so that a misspelt one is noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from idp import strict_json
from idp.web import problems
from idp.web.problems import Fault, Kind, Refused

Read = TypeVar("Read", bound=BaseModel)

DEEPEST = 50
"""Objects and lists inside each other."""
_ETAG = re.compile(r'"([\x21\x23-\x7e]+)"')
"""RFC 9110 §8.8.3: strong, and one. What we give out is shorter than any limit."""


def query(model: type[Read]) -> Read:
    """The parameters of the address, each at most once."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise Refused(
            Kind.INVALID, None, *(Fault("Only once.", parameter=name) for name in repeated)
        )
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise Refused(Kind.INVALID, None, *_faults_of_query(error)) from None


def require_no_query() -> None:
    """For an operation that takes none."""
    if request.args:
        faults = (Fault("Not known here.", parameter=name) for name in request.args)
        raise Refused(Kind.INVALID, None, *faults)


def body(model: type[Read], largest: int | None = None) -> Read:
    """A JSON object, RFC 8259 and no looser. The server's limit holds, unless the operation has one
    of its own, which only those reach who may use it.
    """
    if largest is not None:
        request.max_content_length = largest
    if request.mimetype != "application/json":
        raise Refused(Kind.UNSUPPORTED)
    try:
        parsed = strict_json.parse(request.get_data())
    except ValueError:
        raise Refused(
            Kind.MALFORMED, "The body is not JSON (RFC 8259) with unique names."
        ) from None
    if _is_too_deep(parsed):
        raise Refused(Kind.MALFORMED, f"The body is nested more than {DEEPEST} times.")
    faults = [Fault("No NUL characters.", pointer=place) for place in _nul_in(parsed, ())]
    if faults:
        raise Refused(Kind.INVALID, None, *faults)
    try:
        return model.model_validate_json(json.dumps(_whole(parsed)), strict=True)
    except ValidationError as error:
        raise Refused(Kind.INVALID, None, *map(_fault_of_body, error.errors())) from None


def version() -> str:
    """RFC 9110 §13.1.1. Without it two editors would overwrite each other (RFC 6585 §3)."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise Refused(Kind.PRECONDITION_REQUIRED)
    matched = _ETAG.fullmatch(sent.strip())
    if matched is None:
        raise Refused(Kind.MALFORMED, "If-Match has to be the ETag that was read.")
    return matched[1]


def require_version(now: str) -> None:
    """For a change that starts from what is there now, and from nothing else."""
    if version() != now:
        raise Refused(Kind.OUTDATED)


def _faults_of_query(error: ValidationError) -> Iterable[Fault]:
    for one in error.errors(include_input=False, include_url=False):
        yield Fault(one["msg"], parameter=".".join(map(str, one["loc"])))


def _fault_of_body(error: ErrorDetails) -> Fault:
    return Fault(error["msg"], pointer=problems.pointer(*error["loc"]))


def _is_too_deep(value: Any) -> bool:  # noqa: ANN401  JSON
    """Level by level: whoever went down by calls would meet the interpreter's own limit."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401  JSON
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


def _whole(value: Any) -> Any:  # noqa: ANN401  JSON
    """JSON has one kind of number: 60.0 is as whole as 60."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _whole(member) for name, member in value.items()}
        case list():
            return [_whole(member) for member in value]
    return value


def _nul_in(value: Any, place: tuple[str | int, ...]) -> Iterable[str]:  # noqa: ANN401  JSON
    """NUL never reaches the database (R92)."""
    match value:
        case str() if "\x00" in value:
            yield problems.pointer(*place)
        case dict():
            for name, member in value.items():
                if "\x00" in name:
                    yield problems.pointer(*place)
                yield from _nul_in(member, (*place, name))
        case list():
            for index, member in enumerate(value):
                yield from _nul_in(member, (*place, index))
