"""What happened: one catalogue, and for each event a row, a log line and a counter."""

from idp.audit.record import record

__all__ = ["record"]
