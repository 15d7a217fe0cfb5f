"""The badge: the seal as a picture with the credential in it, which other people's software finds and verifies."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from openbadgeslib import baking
from PIL import Image

from accounts.models import User
from certificates.credentials import badge
from certificates.models import Certificate
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.certificates.credentialed import issued

pytestmark = pytest.mark.django_db

SVG, OPEN_BADGES = "{http://www.w3.org/2000/svg}", "{https://purl.imsglobal.org/ob/v3p0}"


@pytest.fixture
def baked(certificate: Certificate) -> Certificate:
    return issued(certificate)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + content)
        yield kind, content
        place += 12 + length


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  ours


def as_text(found: str | bytes) -> str:
    return found.decode() if isinstance(found, bytes) else found


class TestPng:
    def test_the_credential_stands_in_it_as_plain_text(self, baked: Certificate) -> None:
        [text] = [content for kind, content in chunks(badge.png(baked)) if kind == b"iTXt"]
        keyword, _, rest = text.partition(b"\0")
        assert keyword == b"openbadgecredential"
        assert rest[:4] == bytes(4)  # not compressed, no language, no other keyword
        assert rest[4:] == baked.credential_text.encode()

    def test_software_we_did_not_write_takes_it_out_and_it_is_the_very_file(self, baked: Certificate) -> None:
        found = baking.extract_png(badge.png(baked), keyword=baking.ITXT_KEYWORD_OB3)
        assert found is not None
        assert as_text(found) == baked.credential_text

    def test_it_shows_the_seal_of_the_certificate(self, tess: User, hygiene: Course, earn: Earn) -> None:
        one, other = (issued(earn(tess, hygiene.achievement, cycle=cycle)) for cycle in (1, 2))
        pictures: list[Any] = [Image.open(io.BytesIO(badge.png(each))).convert("RGBA") for each in (one, other)]
        assert pictures[0].size == (badge.SIDE, badge.SIDE)
        assert pictures[0].tobytes() != pictures[1].tobytes()
        assert badge.png(one) == badge.png(one)
        for x, y, r in sorted(badge._discs(one), key=lambda disc: -disc[2])[:20]:
            assert pictures[0].getpixel((round(x), round(y)))[1] > 200, (x, y, r)

    def test_its_corners_are_clear(self, baked: Certificate) -> None:
        picture: Any = Image.open(io.BytesIO(badge.png(baked))).convert("RGBA")
        assert picture.getpixel((1, 1))[3] == 0
        *ground, clear = picture.getpixel((320, 4))
        assert ground == [0, 52, 53]
        assert clear > 250


class TestSvg:
    def test_the_credential_stands_directly_under_the_root(self, baked: Certificate) -> None:
        text = badge.svg(baked)
        root = parsed(text)
        assert root[0].tag == f"{OPEN_BADGES}credential"
        assert root[0].text == baked.credential_text
        assert "<openbadges:credential><![CDATA[{" in text

    def test_software_we_did_not_write_takes_it_out_and_it_is_the_very_file(self, baked: Certificate) -> None:
        found = baking.extract_svg(badge.svg(baked).encode(), element=baking.SVG_ELEMENT_OB3, text_fallback=True)
        assert found is not None
        assert as_text(found) == baked.credential_text

    def test_it_runs_nothing_and_loads_nothing(self, baked: Certificate) -> None:
        root = parsed(badge.svg(baked))
        tags = {each.tag.removeprefix(SVG) for each in root.iter()} - {f"{OPEN_BADGES}credential"}
        assert tags == {"svg", "title", "rect", "path", "g", "text"}
        names = {name for each in root.iter() for name in each.attrib}
        assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}

    def test_a_title_may_hold_any_sign(self, tess: User, hygiene: Course, earn: Earn) -> None:
        hygiene.achievement.title = "Needles & <ink> ]]> “depth”"
        hygiene.achievement.save()
        found = issued(earn(tess, hygiene.achievement))
        root = parsed(badge.svg(found))
        assert root[0].text == found.credential_text
        assert "Needles & <ink> ]]> “depth”" in "".join(root.itertext())


def test_no_name_is_drawn_on_it(baked: Certificate) -> None:
    root = parsed(badge.svg(baked))
    drawn = "".join(text for each in list(root)[1:] for text in each.itertext())
    assert "Hygiene and infection control" in drawn
    assert "Tess" not in drawn


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Depth", ["Depth"]),
        ("Needles, pigments and the colours that they leave", ["Needles, pigments and", "the colours that they leave"]),
    ],
)
def test_a_title_takes_one_line_or_two(tess: User, hygiene: Course, earn: Earn, title: str, lines: list[str]) -> None:
    hygiene.achievement.title = title
    found = badge._lines(earn(tess, hygiene.achievement))
    assert [words for words, *_rest in found] == [*lines, "Stipple Academy"]


def test_a_title_that_is_too_long_is_cut_and_never_leaves_the_badge(tess: User, hygiene: Course, earn: Earn) -> None:
    hygiene.achievement.title = "Wound" * 32
    for words, face, size, _foot in badge._lines(earn(tess, hygiene.achievement)):
        assert badge._width(words, face, size) <= badge.TITLE_WIDTH
    hygiene.achievement.title = " ".join(["scalp"] * 26)
    lines = badge._lines(earn(tess, hygiene.achievement, cycle=2))
    assert len(lines) == 3
    assert lines[1][0].endswith("…")


@pytest.mark.parametrize(("ending", "kind"), [("png", "image/png"), ("svg", "image/svg+xml")])
def test_it_is_served_to_whoever_has_the_link(baked: Certificate, ending: str, kind: str) -> None:
    answer = Client().get(f"/credentials/{baked.uuid}.{ending}")
    assert answer["Content-Type"] == kind
    assert answer.content == (badge.png(baked) if ending == "png" else badge.svg(baked).encode())
    assert answer["Cache-Control"].startswith("private")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    again = Client().get(f"/credentials/{baked.uuid}.{ending}", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
