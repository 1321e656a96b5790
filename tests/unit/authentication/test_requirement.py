"""Which level is asked for, and which name the answer bears."""

from __future__ import annotations

import pytest

from idp.authentication.assurance import Assurance, acr
from idp.authentication.requirement import Requirement, wanted

NONE, ONE, TWO = Assurance.NONE, Assurance.ONE_FACTOR, Assurance.TWO_FACTOR
LOA1, LOA2 = "urn:idp:loa:1fa", "urn:idp:loa:2fa"


@pytest.mark.spec("OIDC Core", "5.5.1.1")
@pytest.mark.parametrize(
    ("requirement", "floor", "enrolled", "expected"),
    [
        (Requirement(), NONE, ONE, ONE),
        (Requirement(floor=TWO), NONE, ONE, TWO),
        (Requirement(), TWO, ONE, TWO),
        (Requirement(voluntary=(LOA2,)), NONE, TWO, TWO),
        (Requirement(voluntary=(LOA2,)), NONE, ONE, ONE),
        (Requirement(voluntary=("unknown", LOA2)), NONE, TWO, TWO),
        (Requirement(voluntary=("unknown",)), NONE, TWO, ONE),
        (Requirement(voluntary=(LOA1, LOA2)), NONE, TWO, ONE),
        (Requirement(voluntary=(LOA1,), floor=TWO), NONE, TWO, TWO),
        (Requirement(essential=(LOA2,)), NONE, ONE, TWO),
        (Requirement(essential=(LOA2, LOA1)), NONE, TWO, ONE),
        (Requirement(essential=("2",)), NONE, ONE, TWO),
        (Requirement(essential=(LOA1,), floor=TWO), NONE, TWO, TWO),
        (Requirement(essential=("unknown",)), NONE, TWO, None),
    ],
)
def test_a_request_can_only_raise_the_level(
    requirement: Requirement, floor: Assurance, enrolled: Assurance, expected: Assurance | None
) -> None:
    assert wanted(requirement, floor=floor, enrolled=enrolled, attainable=TWO) == expected


def test_an_essential_level_beyond_the_users_reach_is_no_level() -> None:
    assert wanted(Requirement(essential=(LOA2,)), floor=NONE, enrolled=ONE, attainable=ONE) is None


@pytest.mark.parametrize(
    ("reached", "requested", "expected"),
    [
        (NONE, (), None),
        (ONE, (), LOA1),
        (TWO, (), LOA2),
        (TWO, (LOA1,), LOA1),
        (TWO, ("2",), "2"),
        (ONE, (LOA2, LOA1), LOA1),
        (ONE, (LOA2,), LOA1),
        (TWO, ("unknown",), LOA2),
    ],
)
def test_acr_is_the_first_requested_value_that_was_reached(
    reached: Assurance, requested: tuple[str, ...], expected: str | None
) -> None:
    assert acr(reached, requested) == expected


def test_only_unknown_essential_values_are_impossible_from_the_start() -> None:
    assert Requirement(essential=("unknown",)).is_impossible
    assert not Requirement(essential=("unknown", LOA1)).is_impossible
    assert not Requirement(voluntary=("unknown",)).is_impossible


def test_a_requirement_survives_its_storage() -> None:
    requirement = Requirement(floor=TWO, essential=(LOA2,), voluntary=("1",))

    assert Requirement.from_document(requirement.as_document()) == requirement
