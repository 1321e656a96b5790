"""Why somebody changes something: `--reason`, which production wants, and the audit log keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from config import Environment
from idp import origin
from idp.extensions import settings

BY_COMMAND = "by command"

Given = ParamSpec("Given")
Result = TypeVar("Result")

option = click.option("--reason", help="Why; kept in the audit log. Required in production.")


def given(reason: str | None) -> str:
    """What `--reason` said: all that is done from here on is done for it."""
    if not reason and settings().environment is Environment.PRODUCTION:
        raise click.UsageError("--reason is required in production: say why, for the audit log.")
    because = reason or BY_COMMAND
    origin.because(because)
    return because


def welcome(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorator of a command that makes something new: a deployment is set up by such, and there a
    reason would say nothing.
    """

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        origin.because(str(kwargs.pop("reason") or BY_COMMAND))
        return command(*args, **kwargs)

    return click.option("--reason", help="Why; kept in the audit log.")(run)


def asked(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorator of a command whose events take the reason from the work in hand."""

    @wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        given(kwargs.pop("reason"))  # type: ignore[arg-type]
        return command(*args, **kwargs)

    return option(run)
