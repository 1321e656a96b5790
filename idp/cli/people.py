"""`idp user …`: what `users` and `arrivals` bring."""

from __future__ import annotations

from idp.cli import arrivals, users

group = users.group
for command in arrivals.COMMANDS:
    group.add_command(command)
