"""Doors, and hosts behind them."""

from tests.support.outbound import authority, ca_file, closed_door, door, our_tls, resolver, tls

__all__ = ["authority", "ca_file", "closed_door", "door", "our_tls", "resolver", "tls"]
