"""What every model of the API is made of: closed objects, and a page of a list."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from idp.accounts import administered

ROW_ID = r"^[0-9A-HJKMNP-TV-Z]{26}$"
CURSOR = r"^([a-z]+\.)?[0-9A-HJKMNP-TV-Z]{26}$"

Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=administered.LONGEST_REASON, pattern=r"\S"),
    Field(description="Why. It is kept in the audit log."),
]


class Model(BaseModel):
    """Nothing is taken that is not understood."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class Listing(Model):
    """Which page of a list."""

    limit: int = Field(25, ge=1, le=100, description="How many at most.")
    cursor: str | None = Field(
        None, pattern=CURSOR, description="`next` of the page before; none, the first page."
    )


One = TypeVar("One", bound=Model)


class Page(Model, Generic[One]):
    """Some of a list."""

    items: list[One]
    next: str | None = Field(None, description="`cursor` of the following page; none at the end.")


class Because(Model):
    """Something that is done for a reason."""

    reason: Reason


class Nothing(Model):
    """There is nothing to be said."""


class Changed(Model):
    """What came of an act."""

    changed: bool = Field(description="false: it was so before.")
