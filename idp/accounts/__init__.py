"""The life of an account: create, set a password, lose a factor, sign out, disable."""
