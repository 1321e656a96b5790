"""What became of protocol requests, kept for a day, so that a developer learns why one failed.

Traces are no evidence: they are written behind the answer, sampled under load, and lost with the
process. What must not be lost is the audit log's.
"""

from idp.traces.reading import MOST_SHOWN, failures_of, find, latest_of, of_reference
from idp.traces.trace import OK, Difference, Dropped, Trace
from idp.traces.writer import flush, install, put, wants

__all__ = [
    "MOST_SHOWN",
    "OK",
    "Difference",
    "Dropped",
    "Trace",
    "failures_of",
    "find",
    "flush",
    "install",
    "latest_of",
    "of_reference",
    "put",
    "wants",
]
