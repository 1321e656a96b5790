"""What the provider was told: every effective setting, where it comes from, secrets masked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from config import Settings

MASK = "********"
_SECRET_NAME = re.compile(r"(token|secret|password|key)$")
# Up to the last @, since SQLAlchemy lets a password hold anything else, a slash too.
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)([^:@/]*):.*@")
_PASSWORD_IN_QUERY = re.compile(r"(?<=[?&])(\w*password)=[^&]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob as it stands."""

    name: str
    value: object
    source: str


def effective(settings: Settings) -> Iterator[Setting]:
    """All settings in the order of `config.py`, groups flattened."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        variable = f"IDP_{name.upper()}"
        if isinstance(value, BaseModel):
            yield from _members(variable, value)
            continue
        if name == "mail_url":
            value = settings.effective_mail_url
        source = _source((variable,)) or _unnamed(differs=getattr(settings, name) != field.default)
        yield Setting(variable, masked(name, value), source)


def _members(group: str, values: BaseModel) -> Iterator[Setting]:
    for name, field in type(values).model_fields.items():
        value, variable = getattr(values, name), f"{group}__{name.upper()}"
        source = _source((variable, group)) or _unnamed(differs=value != field.default)
        yield Setting(variable, masked(name, value), source)


def masked(name: str, value: object) -> object:
    """The value without what only the process may know."""
    if not isinstance(value, str):
        return value
    if _SECRET_NAME.search(name):
        return MASK
    return _PASSWORD_IN_QUERY.sub(rf"\1={MASK}", _CREDENTIALS_IN_URL.sub(rf"\1:{MASK}@", value))


def _source(variables: tuple[str, ...]) -> str | None:
    given = {name.upper() for name in os.environ}
    folder = os.environ.get("IDP_SECRETS_DIR")
    for variable in variables:
        if variable in given:
            return f"environment {variable}"
    for variable in variables:
        if folder and (file := Path(folder, variable.lower())).is_file():
            return f"file {file}"
    return None


def _unnamed(*, differs: bool) -> str:
    return "code" if differs else "default"
