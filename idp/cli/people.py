"""`idp user …`: what `users`, `arrivals` and `user_files` bring."""

from __future__ import annotations

from idp.cli import arrivals, user_files, users

group = users.group
for command in (*arrivals.COMMANDS, *user_files.COMMANDS):
    group.add_command(command)
