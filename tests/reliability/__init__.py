"""Real servers, real clients, and something that goes wrong: what was promised must still hold.

`make reliability` runs the short form, as `make test` does; `make soak` the long one.
docs/reliability.md tells what is promised and what came of it.
"""
