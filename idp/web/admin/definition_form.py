"""What the forms of groups and claims share: fields as those of a registration, and the page that
says what is wrong or what somebody else has done meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from idp.accounts.invalid import Invalid
from idp.language import gettext as _
from idp.web.admin.clients import form
from idp.web.admin.clients.fields import Field
from idp.web.admin.clients.form import Values
from idp.web.pages import FAILED_FORM, page

VERSION = "version"
CONFLICT = 409


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
        problems = invalid.problems if invalid else {}
        return self._page(
            FAILED_FORM if problems else 200,
            values=values,
            version=version,
            errors=form.errors(problems, self.fields),
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
            names=[one.name for one in self.fields],
            action=self.action,
            back=self.back,
            **self.about,
            **shown,
        )
