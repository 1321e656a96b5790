"""A new app, from one of four templates that decide how it gets tokens and proves itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, g, request, url_for
from werkzeug.exceptions import NotFound

from idp.accounts import administered
from idp.accounts.permissions import Permission
from idp.clients import register, submission, templates
from idp.clients.frameworks import FRAMEWORKS
from idp.clients.metadata import ProposedClient
from idp.clients.templates import Template
from idp.language import gettext as _
from idp.language import gettext_noop
from idp.web import access
from idp.web.admin.clients import address_check, fields, form, once, show_once
from idp.web.admin.clients.field import Field
from idp.web.admin.clients.form import Values
from idp.web.admin.clients.found import KINDS
from idp.web.admin.routes import blueprint
from idp.web.admin.users.found import why_problems
from idp.web.pages import FAILED_FORM, page

WRITES = access.admin_write(
    Permission.CLIENTS_WRITE, "change-apps", keeps=["reason", *(one.name for one in fields.NEW)]
)

ABOUT = {
    Template.WEB: gettext_noop("Its code runs on a server, so it can keep a secret."),
    Template.SPA: gettext_noop("Its code runs in the browser, where everybody can read it."),
    Template.NATIVE: gettext_noop("It is installed on a phone or a computer, or is a command."),
    Template.MACHINE: gettext_noop(
        "It acts for itself, for instance at night, and signs nobody in."
    ),
}


@blueprint.get("/clients/new")
@access.access(access.admin_write(Permission.CLIENTS_WRITE, "change-apps"))
def new_client() -> Response:
    """The four templates, and a place to paste something."""
    return show_kinds()


def show_kinds(status: int = 200, problem: str | None = None) -> Response:
    """Also with what is wrong with what was pasted."""
    return page(
        "admin/clients/new.html",
        status,
        problem=problem,
        pasted=request.form.get("pasted", "") or g.get("typed", {}).get("pasted", ""),
        frameworks=[
            (one.value, about.title) for one, about in FRAMEWORKS.items() if about.callback
        ],
        framework=request.form.get("framework", ""),
        templates=[
            {
                "title": _(KINDS[one]),
                "about": _(ABOUT[one]),
                "url": url_for("admin.new_client_of", template=one.value),
            }
            for one in Template
        ],
    )


@blueprint.get("/clients/new/<template>")
@access.access(WRITES)
def new_client_of(template: str) -> Response:
    """What a template cannot know."""
    chosen = _template(template)
    asked = _asked(chosen)
    values = form.shown({"scope": templates.propose(chosen, "").scope}, asked)
    kept: dict[str, str] = g.typed
    return _show(chosen, form.resumed(kept, asked) if kept else values)


def filled(template: Template, members: Mapping[str, Any], notes: list[str]) -> Response:
    """The form of this kind with some members in it."""
    asked = _asked(template)
    start = {"scope": templates.propose(template, "").scope}
    return _show(template, form.shown({**start, **members}, asked), notes=notes)


@blueprint.post("/clients/new/<template>")
@access.access(WRITES)
def submit_new_client(template: str) -> Response:
    """Registered, and shown once."""
    chosen, sent = _template(template), once.sent()
    values = form.typed(request.form, _asked(chosen))
    proposed, errors = _proposed(chosen, values), why_problems()
    if invalid := register.judge(proposed):
        errors = form.errors(invalid.problems, _asked(chosen)) | errors
    if errors:
        return _show(chosen, values, FAILED_FORM, errors)
    if sent is None:
        return _show(chosen, values, FAILED_FORM, {"": _("This form is too old. Send it again.")})
    if not submission.spend(sent):
        return once.already(sent)
    registered = register.enter(proposed)
    submission.note(sent, registered.client.client_id)
    return show_once.page_of(registered, _("The app is registered and can be used now."))


def _proposed(template: Template, values: Values) -> ProposedClient:
    named = form.members(values, _asked(template))
    given: Any = {
        member: tuple(value) if isinstance(value, list) else value
        for member, value in named.items()
    }
    # What is left empty is not what the template would have said.
    start = replace(templates.propose(template, ""), scope="")
    return replace(start, **given)


def _asked(template: Template) -> tuple[Field, ...]:
    """Nobody is sent to a program without users."""
    of_nobody = (fields.NAME, fields.SCOPE)
    return of_nobody if template is Template.MACHINE else fields.NEW


def _template(name: str) -> Template:
    if name not in set(Template):
        raise NotFound
    return Template(name)


def _show(
    template: Template,
    values: Values,
    status: int = 200,
    errors: dict[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Response:
    return page(
        "admin/clients/new_of.html",
        status,
        kind=_(KINDS[template]),
        about=_(ABOUT[template]),
        fields=_asked(template),
        names=[*(one.name for one in _asked(template)), "reason"],
        reason=request.form.get("reason", ""),
        longest=administered.LONGEST_REASON,
        values=values,
        errors=errors or {},
        notes=notes,
        check=address_check.of_form(values, templates.propose(template, "").application_type),
        submission=once.new(),
        action=url_for("admin.submit_new_client", template=template.value),
    )
