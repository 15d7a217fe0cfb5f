"""What happened to the certificates a clinic watches, in the order of the register.

The order is that of the links, which one writer numbers without a gap and in the order in which they become visible.
So whoever has read to a number has read everything up to it, though an event may be linked later than it happened.
"""

from typing import Any

from django.db.models import Exists, Max, OuterRef, Q

from certificates.codes import grouped
from certificates.models import CertificateEvent, RegisterLink
from clinics.models import Clinic, WatchItem

Kind = CertificateEvent.Kind
TOLD = (Kind.ISSUED, Kind.SUSPENDED, Kind.REINSTATED, Kind.REVOKED, Kind.SUPERSEDED, Kind.RENEWED)
REVIEW = (Kind.SUSPENDED, Kind.REINSTATED)
PUBLIC = ("reason_code", "reason", "cause")  # what else an event holds stays here
CURSOR = "^(c(0|[1-9][0-9]{0,17}))?$"  # empty: the beginning


def cursor_of(number: int) -> str:
    return f"c{number}"


def number_of(cursor: str) -> int:
    return int(cursor.removeprefix("c") or 0)


def since(clinic: Clinic, cursor: str, limit: int) -> dict[str, Any]:
    """Up to `limit` changes after the cursor, and the cursor to go on from."""
    after = number_of(cursor)
    # The end is read first: what is linked after this moment is for the next time.
    end = RegisterLink.objects.aggregate(end=Max("number"))["end"] or 0
    watched = WatchItem.objects.watching().filter(clinic=clinic, certificate=OuterRef("event__certificate"))
    links = list(
        RegisterLink.objects.filter(number__gt=after, number__lte=end, event__kind__in=TOLD)
        .filter(Exists(watched))
        # No page tells that there was a review once it is over: only those who watched it then know.
        .filter(~Q(event__kind__in=REVIEW) | Exists(watched.filter(added_at__lte=OuterRef("event__at"))))
        .select_related("event__certificate")
        .order_by("number")[: limit + 1]
    )
    shown, has_more = links[:limit], len(links) > limit
    return {
        "changes": [_told(link) for link in shown],
        "cursor": cursor_of(shown[-1].number if has_more else max(after, end)),
        "has_more": has_more,
    }


def _told(link: RegisterLink) -> dict[str, Any]:
    event = link.event
    return {
        "number": link.number,
        "code": grouped(event.certificate.code),
        "kind": event.kind,
        "at": event.at.isoformat(timespec="seconds"),
        "public": {name: event.public[name] for name in PUBLIC if name in event.public},
    }
