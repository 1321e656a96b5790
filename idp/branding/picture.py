"""The logo: the operator's own file, or our mark in the accent colour.

An SVG is a document. Browsers run nothing in one that is shown as an image, and ours is served
under a policy of its own; still, one that holds scripts or calls for other files is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from idp.branding.colours import Colour

LARGEST = 256 * 1024
STATIC = Path(__file__).resolve().parents[1] / "static"
OWN_ACCENT = "#0b6b60"
_RASTER = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
_SVG = "{http://www.w3.org/2000/svg}"
_ACTIVE = {"script", "foreignObject", "handler", "listener", "set", "iframe", "object", "embed"}
_OUTSIDE = re.compile(r"@import|url\((?!\s*[\"']?#)", re.IGNORECASE)


class Refused(Exception):
    """The file is no picture that may stand on every page."""


def read(file: Path) -> tuple[bytes, str]:
    """Content and type, by what the bytes are and not by the name."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror})") from error
    if len(content) > LARGEST:
        raise Refused(f"{file} is larger than {LARGEST // 1024} KiB")
    raster = next((kind for begins, kind in _RASTER if begins.match(content)), None)
    if raster is not None:
        return content, raster
    _require_still_svg(file, content)
    return content, "image/svg+xml"


def own_mark(name: str, accent: Colour | None) -> tuple[bytes, str]:
    """The mark that stands for whoever has none."""
    drawn = STATIC.joinpath(name).read_text(encoding="utf-8")
    return drawn.replace(OWN_ACCENT, str(accent or OWN_ACCENT)).encode(), "image/svg+xml"


def _require_still_svg(file: Path, content: bytes) -> None:
    # Entities are how a small file becomes a large one, and how it reads others.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused(f"{file} has a DOCTYPE; save it as plain SVG")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  entities are refused above
    except ElementTree.ParseError:
        raise Refused(f"{file} is no PNG, JPEG, WebP or SVG") from None
    if root.tag != f"{_SVG}svg":
        raise Refused(f"{file} is no PNG, JPEG, WebP or SVG")
    for element in root.iter():
        for offence in _offences(element):
            raise Refused(f"{file} {offence}; save it as plain SVG")


def _offences(element: ElementTree.Element) -> list[str]:
    name = str(element.tag).rpartition("}")[2]
    found = [f"holds <{name}>"] if name in _ACTIVE or name.startswith("animate") else []
    if _OUTSIDE.search(element.text or "") and name == "style":
        found.append("calls for another file")
    for attribute, value in element.attrib.items():
        local = attribute.rpartition("}")[2].lower()
        if local.startswith("on"):
            found.append(f"has the event handler {local}")
        if local == "href" and not value.startswith(("#", "data:image/")):
            found.append("calls for another file")
        if _OUTSIDE.search(value):
            found.append("calls for another file")
    return found
