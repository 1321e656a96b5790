"""OpenID Connect Discovery §3, §4: the union of what the installed modules are entitled to say."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from idp.extensions import settings

METADATA: dict[str, Any] = {}
ENDPOINTS = {"jwks_uri": "/jwks"}


def document(installed: Iterable[ModuleType]) -> dict[str, Any]:
    """§3. Lists of several modules are joined; of single values each has one owner. A module that
    only some deployments offer says so by its `is_offered`.
    """
    issuer = settings().issuer
    found: dict[str, Any] = {"issuer": issuer}
    for module in filter(_is_offered, installed):
        for name, path in getattr(module, "ENDPOINTS", {}).items():
            found[name] = issuer + path
        for name, value in _metadata(module).items():
            found[name] = [*found.get(name, ()), *value] if isinstance(value, list) else value
    return found


def _metadata(module: ModuleType) -> dict[str, Any]:
    """What a module says; most say the same for as long as the process lives."""
    said: dict[str, Any] = module.metadata() if hasattr(module, "metadata") else {}
    return said or getattr(module, "METADATA", {})


def _is_offered(module: ModuleType) -> bool:
    answer: bool = getattr(module, "is_offered", lambda: True)()
    return answer
