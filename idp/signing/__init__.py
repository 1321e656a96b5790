"""Keys that sign tokens, and the tokens: the only package that knows joserfc."""
