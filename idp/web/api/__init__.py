"""The Admin API, `/api/admin/v1`: what the pages of the administration can do, for programs.

A module for each subject; none contains a rule. `operation` says how one is added.
"""

from idp.web.api import (
    audit,
    clients,
    configuration,
    dashboard,
    evidence,
    groups,
    keys,
    mail,
    operations,
    routes,
    users,
    what_if,
)
from idp.web.api.operation import blueprint

__all__ = [
    "audit",
    "blueprint",
    "clients",
    "configuration",
    "dashboard",
    "evidence",
    "groups",
    "keys",
    "mail",
    "operations",
    "routes",
    "users",
    "what_if",
]
