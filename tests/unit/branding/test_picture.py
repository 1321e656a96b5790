"""The logo: a picture by its bytes, and one that stays still."""

import pytest

import config
from config import SettingsRefused
from idp import branding
from idp.branding import picture

PLAIN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1" fill="url(#a)"/>'
)


def svg(inside: str) -> bytes:
    return f"{PLAIN}{inside}</svg>".encode()


@pytest.fixture
def kept(tmp_path):
    def keep(content: bytes):
        file = tmp_path / "logo"
        file.write_bytes(content)
        return file

    return keep


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"\xff\xd8\xffrest", "image/jpeg"),
        (b"RIFF\x00\x01\x02\x03WEBPrest", "image/webp"),
        (svg(""), "image/svg+xml"),
        (svg("<style>path { fill: url('#b') }</style>"), "image/svg+xml"),
        (svg('<image href="data:image/png;base64,AA=="/>'), "image/svg+xml"),
    ],
)
def test_a_picture_is_known_by_its_bytes(kept, content, content_type):
    assert picture.read(kept(content)) == (content, content_type)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html></html>",
        b"<svg/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
        svg("<script>alert(1)</script>"),
        svg('<path onload="alert(1)"/>'),
        svg('<a href="https://evil.example"><path/></a>'),
        svg('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="//evil.example/a.svg#a"/>'),
        svg("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>hi</p></foreignObject>"),
        svg('<animate attributeName="href" to="x"/>'),
        svg("<style>@import 'https://evil.example/a.css';</style>"),
        svg('<path style="fill: url(https://evil.example/)"/>'),
        b"\x89PNG\r\n\x1a\n" + bytes(picture.LARGEST),
    ],
)
def test_anything_else_is_refused(kept, content):
    with pytest.raises(picture.Refused):
        picture.read(kept(content))


def test_a_refusal_names_the_setting_and_the_file(tmp_path):
    missing = tmp_path / "none.svg"

    with pytest.raises(SettingsRefused) as refused:
        branding.load(config.testing(brand={"logo": missing}))

    assert refused.value.problems == [
        f"IDP_BRAND__LOGO: {missing} cannot be read (No such file or directory)"
    ]


def test_our_mark_takes_the_accent_of_whoever_has_no_logo():
    brand = branding.load(config.testing(brand={"accent": "#1d4ed8"}))

    assert b"#1d4ed8" in brand.logo.content
    assert b"#1d4ed8" in brand.icon.content
    assert b"#0b6b60" not in brand.logo.content + brand.icon.content
