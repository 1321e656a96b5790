"""The schema: bring it up to date, compare it with the models."""

from flask.cli import AppGroup

group = AppGroup("db", help="The database schema.")
