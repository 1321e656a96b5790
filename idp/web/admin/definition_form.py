"""What the forms of groups and claims share: fields as those of a registration, why it is done, and
the page that says what is wrong or what somebody else has done meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, request

from idp.accounts import administered
from idp.accounts.invalid import Invalid
from idp.language import gettext as _
from idp.web.admin.clients import form
from idp.web.admin.clients.field import Field
from idp.web.admin.clients.form import Values
from idp.web.admin.users.found import reason, reason_problem
from idp.web.pages import FAILED_FORM, page

VERSION, REASON = "version", "reason"
CONFLICT = 409

Proposed = TypeVar("Proposed")


def with_reason(judged: Proposed | Invalid) -> Proposed | Invalid:
    """What was judged, unless nobody has said why."""
    problem = reason_problem(reason())
    if problem is None:
        return judged
    wrong = judged.problems if isinstance(judged, Invalid) else {}
    return Invalid({**wrong, REASON: problem})


@dataclass(frozen=True, slots=True)
class DefinitionForm:
    """What is asked for, where it is sent and the way back. `about`: what it is the form of, by the
    name that its template knows it by; None if it is not there yet.
    """

    template: str
    fields: tuple[Field, ...]
    about: Mapping[str, object]
    action: str
    back: str

    def show(
        self, values: Values, invalid: Invalid | None = None, *, version: str = ""
    ) -> Response:
        """As it stands, with what is wrong with it."""
        problems = dict(invalid.problems) if invalid else {}
        why = {REASON: said} if (said := problems.pop(REASON, "")) else {}
        return self._page(
            FAILED_FORM if problems or why else 200,
            values=values,
            version=version,
            errors=form.errors(problems, self.fields) | why,
        )

    def show_outdated(self, values: Values, now: Mapping[str, Any], *, version: str) -> Response:
        """What is registered now beside what was typed; nothing of it is lost or saved."""
        registered = form.shown(now, self.fields)
        differences = [
            {"name": one.name, "label": _(one.label), "now": registered[one.name]}
            for one in self.fields
            if registered[one.name] != values[one.name]
        ]
        return self._page(
            CONFLICT,
            values=values,
            version=version,
            errors={},
            is_outdated=True,
            problem=True,
            differences=differences,
        )

    def _page(self, status: int, **shown: Any) -> Response:
        return page(
            self.template,
            status,
            fields=self.fields,
            names=[*(one.name for one in self.fields), REASON],
            reason=request.form.get(REASON, ""),
            longest=administered.LONGEST_REASON,
            action=self.action,
            back=self.back,
            **self.about,
            **shown,
        )
