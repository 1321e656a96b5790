"""A nightly job without users: a key of its own, a token for itself, a call of an API."""
