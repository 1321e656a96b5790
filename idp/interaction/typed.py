"""What somebody had typed into a form when they were asked to confirm who they are: sealed in the
step-up, and given back to the same person in the same browser for the same page, to be looked at
and sent again. Which fields may be kept is said by the page; a secret never is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from idp import clock
from idp.extensions import db, keyring
from idp.models import Interaction, Kind
from idp.sealing import Place, SealBroken

LONGEST = 64 * 1024
"""Characters of one field: as much as a body holds, so that a list comes back whole."""
_MEMBER = "typed"


def seal(interaction: Interaction, values: Mapping[str, str]) -> None:
    """Keep these fields with a step-up that is being opened."""
    kept = {name: value for name, value in values.items() if value and len(value) <= LONGEST}
    if kept:
        sealed = keyring().seal(json.dumps(kept).encode(), _place(interaction))
        interaction.parameters = {_MEMBER: sealed.hex()}


def is_kept(interaction: Interaction) -> bool:
    """Whether there is something to give back."""
    return interaction.kind == Kind.STEP_UP and _MEMBER in interaction.parameters


def give_back(
    interaction_id: str, *, user_id: str, browser_digest: bytes, page: str
) -> dict[str, str]:
    """The fields, after the step-up has succeeded; of any other one nothing."""
    interaction = db.session.get(Interaction, interaction_id)
    if interaction is None or not is_kept(interaction):
        return {}
    is_own = (
        interaction.user_id == user_id
        and interaction.browser_digest == browser_digest
        and interaction.return_to == page
    )
    if not is_own or interaction.finished_at is None or interaction.expires_at <= clock.now():
        return {}
    try:
        sealed = bytes.fromhex(interaction.parameters[_MEMBER])
        found: dict[str, str] = json.loads(keyring().unseal(sealed, _place(interaction)))
    except SealBroken:
        return {}
    return found


def _place(interaction: Interaction) -> Place:
    return Place("interactions", "parameters", interaction.id, interaction.user_id or "")
