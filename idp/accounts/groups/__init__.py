"""Groups: who belongs together, and the roles in applications that go with it.

These roles are what applications are told. What somebody may administer here is another thing
(`accounts.permissions`).
"""
