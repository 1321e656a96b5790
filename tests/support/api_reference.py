"""The tables of docs/api.md that follow from the code: scopes, operations, problems."""

from __future__ import annotations

from idp.clients.metadata.administration import SCOPES
from idp.web import problems
from idp.web.api import blueprint
from idp.web.api.operation import OPERATIONS, Operation, Wants
from idp.web.problems import Kind

PREFIX = blueprint.url_prefix or ""


def scopes_table() -> str:
    """Each scope with its verbs."""
    rows = [f"| `{name}` | {', '.join(f'`{verb}`' for verb in SCOPES[name])} |" for name in SCOPES]
    return "\n".join(["| Scope | Verbs |", "|---|---|", *rows])


def operations_table() -> str:
    """Each operation, by subject and path."""
    ordered = sorted(OPERATIONS, key=lambda one: (one.tag, one.template, one.method))
    head = ["| Operation | Verb | Wants | |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_operation, ordered)])


def problems_table() -> str:
    """Each kind of refusal."""
    rows = [f"| {kind.status} | `{problems.PREFIX}{kind.slug}` | {kind.title} |" for kind in Kind]
    return "\n".join(["| Status | `type` | |", "|---|---|---|", *rows])


def _operation(one: Operation) -> str:
    wants = [f"`{want.value}`" for want in Wants if want in one.wants]
    if one.body is not None and "reason" in one.body.model_fields:
        wants.append("`reason`")
    verbs = ", ".join(f"`{verb.value}`" for verb in (one.permission, *one.besides))
    return f"| `{one.method} {one.template}` | {verbs} | {', '.join(wants)} | {one.summary} |"


BLOCKS = {"scopes": scopes_table, "operations": operations_table, "problems": problems_table}
