"""Which page does this user need next? Facts in, step out; opening and
finishing of interactions.
"""
