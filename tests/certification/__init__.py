"""What the certification suite of the OpenID Foundation asks for, against a server that was set up
as docs/conformance.md says: production, behind a TLS proxy, by commands alone.
"""
