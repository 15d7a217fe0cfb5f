"""A stranger's file -> plain values about it. It runs in the examining process, and knows neither Django nor a secret.

What is told: `outcome` (read, unreadable, encrypted, too_many_pages, too_much), the seals, the words of the first
page, the codes and the credential found in it. What that means is for `comparing` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pikepdf

from certificates.codes import is_well_formed, normalise
from certificates.examining import pictures
from certificates.examining.lettering import Line, TooMuch, lines_of, unpacked, weigh
from certificates.examining.seals import Chain, is_our_fault, seals_of

MOST_PAGES = 60  # a clinic's summary of five hundred rows has fewer
MOST_OBJECTS = 20_000
MOST_CODES = 10
LARGEST_CREDENTIAL = 256_000
CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{4}(?:-?[0-9A-Za-z]{4}){3}(?![0-9A-Za-z])")


def opened(kind: str, content: bytes, chains: Mapping[str, Chain]) -> dict[str, Any]:
    try:
        if kind == "pdf":
            return _pdf(content, chains)
        credential = pictures.from_png(content) if kind == "png" else pictures.from_svg(content)
    except (MemoryError, RecursionError, TooMuch):
        return {"outcome": "too_much"}
    except Exception as error:  # whatever a stranger's file does to a library, it says no more than this
        if kind == "pdf" and b"/Encrypt" in content:  # and not in a way that can be undone here
            return {"outcome": "encrypted"}
        return {"outcome": "fault", "what": str(error)} if is_our_fault(error) else {"outcome": "unreadable"}
    return {"outcome": "read", "credential": credential}


def codes_in(words: str) -> Iterator[str]:
    """What could be the number of a certificate: two of its signs close it, so that hardly anything else does."""
    for found in CODE.finditer(words):
        code = normalise(found[0])
        if is_well_formed(code):
            yield code


def _pdf(content: bytes, chains: Mapping[str, Chain]) -> dict[str, Any]:
    try:
        pdf = pikepdf.open(BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError:
        return {"outcome": "encrypted"}
    if pdf.is_encrypted:
        return {"outcome": "encrypted"}
    if len(pdf.objects) > MOST_OBJECTS:
        return {"outcome": "too_much"}
    if len(pdf.pages) > MOST_PAGES:
        return {"outcome": "too_many_pages"}
    try:
        seals, is_whole = seals_of(content, chains), True
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        if is_our_fault(error):
            raise
        seals, is_whole = [], False  # qpdf mends what pyHanko, rightly, does not
    lines = lines_of(pdf.pages[0]) if len(pdf.pages) else []
    credential = _attached(pdf)
    found: dict[str, Any] = {
        "outcome": "read",
        "is_whole": is_whole,
        "pages": len(pdf.pages),
        "seals": seals,
        "lines": [[line.size, line.letters] for line in lines],
        "credential": credential,
        "codes": _codes(pdf, lines),
        "sealed": None,
    }
    ours = next((seal for seal in seals if seal["ours"] and not seal["holds"] and seal["intact"]), None)
    if ours is not None:
        found["sealed"] = _sealed(content[: ours["to"]])
    return found


def _sealed(content: bytes) -> dict[str, Any] | None:
    """What the file said when we sealed it, where something was added to it afterwards."""
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
            lines = lines_of(pdf.pages[0])
            return {"lines": [[line.size, line.letters] for line in lines], "codes": _codes(pdf, lines)}
    except (MemoryError, RecursionError, TooMuch):
        raise
    except Exception:
        return None


def _codes(pdf: pikepdf.Pdf, lines: list[Line]) -> dict[str, list[str]]:
    """Where a number stands: printed, in the link of its check page, or in what describes the file."""
    printed = dict.fromkeys(code for line in lines for code in codes_in(line.letters))
    about = dict.fromkeys(code for words in _described(pdf) for code in codes_in(words))
    return {"printed": list(printed)[:MOST_CODES], "about": list(about)[:MOST_CODES]}


def _described(pdf: pikepdf.Pdf) -> Iterator[str]:
    info = pdf.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        for value in list(info.values())[:40]:
            if isinstance(value, pikepdf.String):
                yield str(value)[:2000]
    about = pdf.Root.get("/Metadata")
    if isinstance(about, pikepdf.Stream):
        yield unpacked(about)[:100_000].decode("utf-8", "replace")
    for page in pdf.pages[:1]:
        notes = page.obj.get("/Annots")
        for note in list(notes)[:50] if isinstance(notes, pikepdf.Array) else []:
            act = note.get("/A") if isinstance(note, pikepdf.Dictionary) else None
            link = act.get("/URI") if isinstance(act, pikepdf.Dictionary) else None
            if isinstance(link, pikepdf.String):
                yield str(link)[:500].replace("/", " ")


def _attached(pdf: pikepdf.Pdf) -> str | None:
    """The first attachment that can be a credential."""
    for place, name in enumerate(pdf.attachments):
        if place == 10:
            break
        file = pdf.attachments[name].get_file()
        weigh(file.obj)
        content = file.read_bytes()
        if len(content) <= LARGEST_CREDENTIAL and content.lstrip()[:1] == b"{":
            return content.decode("utf-8", "replace")
    return None
