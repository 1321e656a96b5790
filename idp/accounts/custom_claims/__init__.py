"""Claims that a deployment adds to the standard ones: defined with a schema, released by a scope of
their own, set for people by administrators.
"""
