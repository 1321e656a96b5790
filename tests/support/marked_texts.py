"""The provider with every marked text wrapped in signs that nobody sees, so that a test finds the
text that was forgotten; and the finder.

The signs are those that Playwright leaves out when it looks for a text, so walks through the pages
work as ever. Only what would reach the catalogues is wrapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from gettext import NullTranslations
from typing import TYPE_CHECKING

from idp import create_app, language
from tests.support import messages

if TYPE_CHECKING:
    from flask import Flask

BEGIN = "\u200b\u00ad"
END = "\u00ad\u200b"


class Wrapped(NullTranslations):
    """English, with signs."""

    def gettext(self, message: str) -> str:
        return f"{BEGIN}{message}{END}" if message in _marked() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1) if n == 1 else f"{BEGIN}{msgid2}{END}"


@lru_cache
def _marked() -> frozenset[str]:
    found: set[str] = set()
    for message in messages.texts(messages.marked()):
        found |= {message.id} if isinstance(message.id, str) else set(message.id)
    return frozenset(found)


def texts(_tag: str) -> NullTranslations:
    """Stands in for `language.texts`."""
    return Wrapped()


def _format_list(items: Sequence[str], locale: object) -> str:
    """The word before the last one is Babel's."""
    return f"{BEGIN}{' and '.join(items)}{END}"


def application() -> Flask:
    """What the server of the tour serves."""
    for name, stand_in in (("texts", texts), ("format_list", _format_list)):
        setattr(language, name, stand_in)
    return create_app()


def unmarked(text: str) -> str:
    """What no translation would reach."""
    while BEGIN in text:
        # The innermost first: values of a text are texts, too.
        head, _, rest = text.rpartition(BEGIN)
        text = head + rest.partition(END)[2]
    return text


UNMARKED = """() => {
  const BEGIN = "\u200b\u00ad", END = "\u00ad\u200b";
  const elsewhere = "time, code, kbd, pre, script, style, svg, noscript, .avatar, "
    + "[lang]:not(html), [data-recovery-code], [data-totp-secret], [translate=no]";
  const found = [];
  let depth = 0;
  const read = text => {
    let bare = "";
    for (let at = 0; at < text.length; at++) {
      const sign = text.slice(at, at + 2);
      if (sign === BEGIN) { depth++; at++; }
      else if (sign === END) { depth--; at++; }
      else { bare += depth ? " " : text[at]; }
    }
    if (/\\p{L}/u.test(bare)) found.push(bare.replace(/\\s+/g, " ").trim());
  };
  const alone = text => { depth = 0; read(text); depth = 0; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest(elsewhere)) read(walker.currentNode.data);
  }
  alone(document.title);
  for (const element of document.querySelectorAll("body *")) {
    for (const {name, value} of element.attributes) {
      const isSpoken = ["alt", "title", "aria-label", "aria-description", "placeholder"];
      const isForScript = name.startsWith("data-") && /\\p{L}+ +\\p{L}/u.test(value);
      if (isSpoken.includes(name) || isForScript) alone(value);
    }
  }
  return found;
}"""
