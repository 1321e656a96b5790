"""The life of a user: created, given a password and factors, signed out, disabled."""
