"""An operation of the API: a view with everything that can be known of it, so that routes, the
reading of requests and the OpenAPI document come from one place.

    @operation("GET", "/clients", Permission.CLIENTS_READ, query=Wanted, answer=Page[Listed])
    def list_clients(asked: Wanted) -> Answer:
        \"\"\"Apps, the newest first.\"\"\"

The view's name is the `operationId`, its docstring summary and description. It gets the parameters
of its path, `asked` (the query) and `given` (the body). What it may not do it refuses by `Refused`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from flask import Blueprint, Response

from idp import origin
from idp.accounts.permissions import Permission
from idp.clients.metadata import administration
from idp.web import access, bearer
from idp.web.access import Reach
from idp.web.api import answering, once, reading
from idp.web.api.answering import Answer
from idp.web.api.model import Model
from idp.web.problems import Kind

blueprint = Blueprint("api", __name__, url_prefix=administration.PATH)

View = Callable[..., Answer]
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Wants(Enum):
    """What an operation asks of its request beside path, query and body."""

    VERSION = "If-Match"
    """The version that the change starts from: of two editors the second is told."""
    KEY = "Idempotency-Key"
    """May be sent, so that a creation whose answer was lost can be repeated."""


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` as Flask writes it, behind the API's own. `refusals`: beside those that any has."""

    id: str
    method: str
    path: str
    permission: Permission
    summary: str
    description: str
    answer: type[Model]
    status: int
    query: type[Model] | None
    body: type[Model] | None
    wants: frozenset[Wants]
    refusals: frozenset[Kind]
    besides: tuple[Permission, ...]
    """Verbs that are needed, too."""
    largest_body: int | None
    """Bytes; None: as everywhere."""
    reach: Reach
    """Whom it is open to, beside those whose role has the verb."""

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return _PARAMETER.sub(r"{\1}", self.path)

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return _PARAMETER.findall(self.path)

    @property
    def tag(self) -> str:
        """The subject that it is about."""
        return self.path.split("/")[1]


OPERATIONS: list[Operation] = []
"""All of them, in the order of their modules."""


def operation(
    method: str,
    path: str,
    permission: Permission,
    *,
    answer: type[Model],
    status: int = 200,
    query: type[Model] | None = None,
    body: type[Model] | None = None,
    wants: tuple[Wants, ...] = (),
    refuses: tuple[Kind, ...] = (),
    besides: tuple[Permission, ...] = (),
    largest_body: int | None = None,
    reach: Reach = Reach.ROLE,
) -> Callable[[View], View]:
    """Add a view to the API."""

    def add(view: View) -> View:
        summary, _, description = inspect.cleandoc(view.__doc__ or "").partition("\n\n")
        made = Operation(
            id=_camel(view.__name__),
            method=method,
            path=path,
            permission=permission,
            summary=" ".join(summary.split()),
            description=" ".join(description.split()),
            answer=answer,
            status=status,
            query=query,
            body=body,
            wants=frozenset(wants),
            refusals=frozenset(refuses),
            besides=besides,
            largest_body=largest_body,
            reach=reach,
        )
        OPERATIONS.append(made)
        blueprint.add_url_rule(
            path,
            view.__name__,
            access.access(access.api(permission, reach))(_serving(made, view)),
            methods=[method],
            provide_automatic_options=False,
        )
        return view

    return add


def _serving(made: Operation, view: View) -> Callable[..., Response]:
    @wraps(view)
    def serve(**named: Any) -> Response:
        for verb in made.besides:
            bearer.require_verb(verb)
        answering.require_welcome(made.answer)
        if made.query is not None:
            named["asked"] = reading.query(made.query)
        else:
            reading.require_no_query()
        if made.body is not None:
            named["given"] = given = reading.body(made.body, made.largest_body)
            origin.because(getattr(given, "reason", ""))
        if Wants.VERSION in made.wants:
            reading.version()  # who forgot it is told before anything is looked at

        def run() -> Response:
            return answering.written(view(**named), made.status)

        return once.performed(made.id, run) if Wants.KEY in made.wants else run()

    return serve


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
