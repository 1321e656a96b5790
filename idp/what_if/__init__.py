"""What would happen if this person signed in to this app in this browser: the same table of pages,
the same judgement of the request and the same claims as in a real sign-in, over rows that are made
up where there are none. Nothing is written (docs/decisions/0025-what-if.md).

`question` is what can be asked, `imagined` stands in for rows, `walk` goes from page to page, and
`answer` says what the app would read.
"""

from idp.what_if.answer import HIDDEN, Answer, Lifetimes, answer, without_values
from idp.what_if.question import Device, Impossible, Question, SignedIn, Way
from idp.what_if.walk import Ending

__all__ = [
    "HIDDEN",
    "Answer",
    "Device",
    "Ending",
    "Impossible",
    "Lifetimes",
    "Question",
    "SignedIn",
    "Way",
    "answer",
    "without_values",
]
