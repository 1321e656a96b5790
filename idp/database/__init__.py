"""How the database is reached: what `idp.extensions` gives to the rest is built from these parts.

`sqlite` opens its connections, `durability` puts on the disk what they have committed, and
`readers` keeps some for questions; `session` is the unit of work, the ORM's included.
"""
