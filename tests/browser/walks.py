"""What a walk past some pages is. The walks themselves are in `tour` and what it imports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.deployment import Deployment
from tests.support.visitor import Visitor


@dataclass(frozen=True)
class Walk:
    """`pages`: the `data-page` names that it has to come by."""

    name: str
    pages: frozenset[str]
    go: Callable[[Deployment, Visitor], Iterator[str]]


WALKS: list[Walk] = []


def walk(*pages):
    def note(go):
        WALKS.append(Walk(go.__name__.replace("_", "-"), frozenset(pages), go))
        return go

    return note
