"""The check page, drawn once for each shape an answer can have and filled in for each certificate.

Nearly all of the page is the same for every stranger: what differs is a name, a title, some days and a list of areas.
So it is drawn with signs that no text can hold in their places and kept; filling one in is a join. (Decision 0015.)
Whoever is signed in, or brings any other cookie, gets the same template drawn for them alone.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import get_language

from certificates.checking import Answer

TEMPLATE = "certificates/verify.html"
SIGN = re.compile("\x02(\\w+)\x03")
SHAPES = 512  # kept at most, of some 15 kB each
SHARED_COOKIES = {"theme"}

_kept: dict[tuple[Any, ...], list[str]] = {}


def page(request: HttpRequest, answer: Answer, *, now: datetime) -> str:
    said, shape = words(answer, now), _shape(answer)
    if request.COOKIES.keys() - SHARED_COOKIES:
        return render_to_string(TEMPLATE, _context(shape, said), request)
    key = (*shape.values(), *_surroundings(request))
    pieces = _kept.get(key)
    if pieces is None:
        drawn = render_to_string(TEMPLATE, _context(shape, {name: f"\x02{name}\x03" for name in said}), request)
        if len(_kept) >= SHAPES:
            _kept.clear()
        pieces = _kept[key] = SIGN.split(drawn)
    filled = pieces.copy()
    filled[1::2] = [escape(said[name]) for name in pieces[1::2]]
    return "".join(filled)


def _surroundings(request: HttpRequest) -> tuple[Any, ...]:
    """Whatever else the frame of the page reads."""
    return (
        get_language(),
        request.COOKIES.get("theme", ""),
        request.path[:3],  # the bar knows where it is by the spelling of /v/
        timezone.now().year,
        settings.DEMO,
        settings.SITE_URL,
        *settings.ACADEMY.values(),
    )


def _shape(answer: Answer) -> dict[str, Any]:
    """What decides which sentences there are."""
    said = answer.certificate.statement
    return {
        "state": str(answer.state),
        "kind": said["achievement"]["kind"],
        "expires_soon": answer.expires_soon,
        "has_newer": answer.newer is not None,
        "cause": answer.cause,
        "area_count": len(said["areas"]),
        "sentence_count": len(said["sentences"]),
        "has_version": "version" in said["achievement"],
    }


def _context(shape: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    return {
        **shape,
        "said": said,
        "areas": [said[f"area_{number}"] for number in range(shape["area_count"])],
        "sentences": [said[f"sentence_{number}"] for number in range(shape["sentence_count"])],
    }


def words(answer: Answer, now: datetime) -> dict[str, str]:
    """Everything on the page that is this certificate's own."""
    certificate, said = answer.certificate, answer.certificate.statement
    issuer, language = said["issuer"], get_language() or ""
    here = certificate.get_check_url()
    local = timezone.localtime(now)
    found = {
        "name": said["holder"]["name"],
        "title": said["achievement"]["title"],
        "version": str(said["achievement"].get("version", "")),
        "issuer": f"{issuer['name']}, {issuer['place']}" if issuer["place"] else issuer["name"],
        "code": certificate.code,
        "grouped": certificate.grouped_code,
        "here": here,
        "link": f"{settings.SITE_URL}{here}",
        "seal": f"{here}/seal.svg",
        "card": f"{settings.SITE_URL}{here}/card.png",
        "record": f"/certificates/{certificate.code}/",
        "issued": _day(certificate.issued_on, language),
        "issued_on": certificate.issued_on.isoformat(),
        "expires": _day(certificate.expires_on, language),
        "expires_on": certificate.expires_on.isoformat(),
        "since": _day(answer.since, language) if answer.since else "",
        "newer": answer.newer.get_check_url() if answer.newer else "",
        "reason": answer.public_reason,
        "moment": local.isoformat(timespec="seconds"),
        "moment_words": _moment(local.replace(second=0, microsecond=0), str(local.tzinfo), language),
    }
    found |= {f"area_{number}": area for number, area in enumerate(said["areas"])}
    return found | {f"sentence_{number}": sentence for number, sentence in enumerate(said["sentences"])}


@lru_cache(maxsize=4096)
def _day(day: date, _language: str) -> str:
    return date_format(day, "j F Y")


@lru_cache(maxsize=16)
def _moment(minute: datetime, _zone: str, _language: str) -> str:  # one moment in two zones is equal, and reads apart
    return date_format(minute, "j F Y, H:i T")
