"""The configuration as one document: clients, groups and claims, to be kept in version control.

`current` reads what is there, `wanted` what a document says, `plan` tells the two apart and `apply`
does it, all or nothing. No secret is ever in it. What registers itself is left alone.
"""
