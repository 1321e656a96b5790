"""A command-line app: its user signs in with any browser on any device (RFC 8628)."""
