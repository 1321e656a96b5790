"""Which level is asked for, and which name the answer bears."""

from __future__ import annotations

import pytest

from idp.authentication.assurance import Assurance, acr
from idp.authentication.requirement import Requirement, wanted

NONE, ONE, TWO, THREE = Assurance
LOA1, LOA2, PHR = "urn:idp:loa:1fa", "urn:idp:loa:2fa", "phr"


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
        (Requirement(essential=(PHR,)), NONE, ONE, THREE),
        (Requirement(essential=(PHR, LOA2)), NONE, THREE, TWO),
        (Requirement(voluntary=(PHR,)), NONE, TWO, ONE),
        (Requirement(voluntary=(PHR,)), NONE, THREE, THREE),
        (Requirement(voluntary=(PHR, LOA2)), NONE, TWO, TWO),
        (Requirement(floor=THREE), NONE, TWO, THREE),
    ],
)
def test_a_request_can_only_raise_the_level(
    requirement: Requirement, floor: Assurance, enrolled: Assurance, expected: Assurance | None
) -> None:
    assert wanted(requirement, floor=floor, enrolled=enrolled, attainable=THREE) == expected


def test_an_essential_level_beyond_the_users_reach_is_no_level() -> None:
    assert wanted(Requirement(essential=(LOA2,)), floor=NONE, enrolled=ONE, attainable=ONE) is None


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (Requirement(essential=(PHR,)), None),
        (Requirement(essential=(PHR, LOA2)), TWO),
        (Requirement(essential=(PHR, LOA1), floor=TWO), TWO),
        (Requirement(floor=THREE), None),
        (Requirement(voluntary=(PHR,)), ONE),
    ],
)
def test_without_passkeys_nobody_is_asked_for_one(
    requirement: Requirement, expected: Assurance | None
) -> None:
    assert wanted(requirement, floor=NONE, enrolled=ONE, attainable=TWO) == expected


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
        (THREE, (), PHR),
        (THREE, (LOA2,), LOA2),
        (TWO, (PHR,), LOA2),
    ],
)
def test_acr_is_the_first_requested_value_that_was_reached(
    reached: Assurance, requested: tuple[str, ...], expected: str | None
) -> None:
    assert acr(reached, requested) == expected


def test_essential_values_that_nobody_can_reach_are_impossible_from_the_start() -> None:
    assert Requirement(essential=("unknown",)).is_impossible(THREE)
    assert Requirement(essential=("unknown", PHR)).is_impossible(TWO)
    assert not Requirement(essential=("unknown", PHR)).is_impossible(THREE)
    assert not Requirement(essential=("unknown", LOA1)).is_impossible(TWO)
    assert not Requirement(voluntary=("unknown",)).is_impossible(TWO)


def test_a_requirement_survives_its_storage() -> None:
    requirement = Requirement(floor=TWO, essential=(LOA2,), voluntary=("1",))

    assert Requirement.from_document(requirement.as_document()) == requirement
