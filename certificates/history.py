"""The life of a certificate in plain words: everything for staff; for its holder what is theirs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from certificates.models import Certificate, CertificateEvent, Supersession

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Kind = CertificateEvent.Kind

WORDS: "Mapping[str, StrPromise]" = {
    Kind.ISSUED: gettext_lazy("Issued"),
    Kind.SEALED: gettext_lazy("The PDF was made and sealed"),
    Kind.DELIVERED: gettext_lazy("The holder was told by e-mail"),
    Kind.SUSPENDED: gettext_lazy("Put under review"),
    Kind.REINSTATED: gettext_lazy("The review ended"),
    Kind.REVOKED: gettext_lazy("Revoked"),
    Kind.SUPERSEDED: gettext_lazy("Replaced by a newer certificate"),
    Kind.RENEWED: gettext_lazy("It renews the one before"),
}
TONES = {Kind.REVOKED: "stop", Kind.SUSPENDED: "wait", Kind.SUPERSEDED: "info", Kind.REINSTATED: "pass"}


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    words: str
    tone: str = ""
    reason: str = ""  # anyone may read it
    by: User | None = None  # staff only, as is the note
    note: str = ""


def lines(certificate: Certificate, viewer: User) -> list[Line]:
    """First to last. Staff see who did it and the notes, but not those about themselves."""
    is_told_all = viewer.is_staff and certificate.holder_id != viewer.pk
    return [
        Line(
            at=event.at,
            words=str(WORDS[event.kind]),
            tone=TONES.get(Kind(event.kind), ""),
            reason=_reason(event),
            by=event.by if is_told_all else None,
            note=event.note if is_told_all else "",
        )
        for event in certificate.events.select_related("by").order_by("number")
    ]


def _reason(event: CertificateEvent) -> str:
    if event.kind == Kind.REVOKED:
        return str(event.public.get("reason", ""))
    if event.kind == Kind.SUPERSEDED and event.public.get("cause") in Supersession.Cause.values:
        return str(Supersession.Cause(event.public["cause"]).label)
    if event.public.get("adopted"):
        return _("Written down later, from the register.")
    return ""
