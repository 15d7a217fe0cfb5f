"""The credential in a badge: an iTXt chunk of a PNG, an element of an SVG. It runs in the examining process."""

from __future__ import annotations

import struct
import zlib

from lxml import etree  # type: ignore[import-untyped]

KEYWORD = b"openbadgecredential"
LARGEST_CREDENTIAL = 256_000
PNG = b"\x89PNG\r\n\x1a\n"


class Unreadable(Exception):
    """Not a picture as it says, or not whole."""


def from_png(content: bytes) -> str | None:
    """The text of the chunk; None where there is none."""
    place, found = len(PNG), None
    while place + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        end = place + 12 + length
        if end > len(content):
            raise Unreadable
        data = content[place + 8 : end - 4]
        if zlib.crc32(kind + data) != struct.unpack(">I", content[end - 4 : end])[0]:
            raise Unreadable
        if kind == b"iTXt" and data.startswith(KEYWORD + b"\0"):
            if found is not None:
                raise Unreadable  # which of the two would another reader take?
            found = _text(data[len(KEYWORD) + 1 :])
        if kind == b"IEND":
            return found
        place = end
    raise Unreadable


def _text(rest: bytes) -> str:
    flag, _method, *_rest = rest[:2] or b"\0\0"
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise Unreadable
    text = parts[2]
    if flag:
        opened = zlib.decompressobj()
        text = opened.decompress(text, LARGEST_CREDENTIAL + 1)
    if len(text) > LARGEST_CREDENTIAL:
        raise Unreadable
    return text.decode("utf-8")


def from_svg(content: bytes) -> str | None:
    """The words of the element `credential`; None where there is none. Nothing is expanded, nothing is loaded."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable from error
    if root.getroottree().docinfo.doctype or etree.QName(root).localname != "svg":
        raise Unreadable
    found = [
        element
        for element in root.iter(etree.Element)
        if etree.QName(element).localname == "credential" and "ob" in (etree.QName(element).namespace or "")
    ]
    if len(found) > 1:
        raise Unreadable
    if not found:
        return None
    text = (found[0].text or found[0].get("verify") or "").strip()
    return text if len(text) <= LARGEST_CREDENTIAL else None
