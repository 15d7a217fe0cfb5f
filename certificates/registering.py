"""Writes the register's memory: events in the act's own transaction, links by one writer after it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, CertificateEvent, RegisterLink
from certificates.models.register import START, chained
from certificates.signals import certificate_event

log = logging.getLogger("certificates")

BATCH = 500
BATCHES_AT_ONCE = 20  # a sweep gives way to others after so many
WRITER = 0x5354495050  # the advisory lock of whoever links

Kind = CertificateEvent.Kind


def record(
    certificate: Certificate,
    kind: str,
    *,
    by: User | None = None,
    public: dict[str, Any] | None = None,
    note: str = "",
    at: datetime | None = None,
) -> CertificateEvent:
    """Append one event to the certificate's chain and announce it; the sweep links it into the register."""
    with transaction.atomic():
        event = _append(certificate, kind, by=by, public=public or {}, note=note, at=at or timezone.now())
        certificate_event.send(sender=CertificateEvent, event=event)
    return event


def _append(
    certificate: Certificate, kind: str, *, by: User | None, public: dict[str, Any], note: str, at: datetime
) -> CertificateEvent:
    # Held until the commit, or two acts at once would claim the same place.
    Certificate.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=certificate.pk)
    last = CertificateEvent.objects.filter(certificate=certificate).order_by("-number").first()
    event = CertificateEvent(
        certificate=certificate,
        number=last.number + 1 if last else 1,
        kind=kind,
        at=at,
        by=by,
        public=public,
        note=note,
        before_sha256=last.sha256 if last else START,
    )
    event.sha256 = event.hashed(certificate.code)
    event.save(force_insert=True)
    return event


# The chain over the whole register


def link() -> int:
    """Give every event that has none its place in the chain over the register. Returns how many were linked.

    One writer at a time: whoever finds another at it leaves the work to them, and the next sweep looks again.
    """
    linked = 0
    for _batch in range(BATCHES_AT_ONCE):
        with transaction.atomic():
            if not _is_the_writer():
                break
            fresh = _link_a_batch()
        linked += fresh
        if fresh < BATCH:
            break
    return linked


def _is_the_writer() -> bool:
    """On PostgreSQL a lock until the commit; SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITER])
        row: tuple[bool] = cursor.fetchone()
    return row[0]


def _link_a_batch() -> int:
    last = RegisterLink.objects.order_by("-number").first()
    number, before = (last.number, last.sha256) if last else (0, START)
    links = []
    # In the order they were written. One certificate's events commit one after the other, so theirs is kept.
    waiting = CertificateEvent.objects.filter(link=None).order_by("pk").values_list("pk", "sha256")
    for event_id, sha256 in waiting[:BATCH]:
        number, before = number + 1, chained(before, sha256)
        links.append(RegisterLink(number=number, event_id=event_id, sha256=before))
    RegisterLink.objects.bulk_create(links)
    return len(links)


@dataclass(frozen=True)
class Head:
    """The last link: whoever keeps it elsewhere can prove later that nothing before it was changed."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"


def head() -> Head | None:
    last = RegisterLink.objects.order_by("-number").first()
    return Head(last.number, last.sha256) if last else None


# Certificates issued before events were kept


def without_events() -> "QuerySet[Certificate]":
    told = CertificateEvent.objects.filter(certificate=OuterRef("pk"))
    return Certificate.objects.filter(~Exists(told)).order_by("pk")


def adopt() -> int:
    """Remember certificates that have no event: what is known of them, marked as adopted. Returns how many.

    Never done by a sweep, or a history that somebody deleted would grow back unseen. Nothing is announced: it is
    no news.
    """
    adopted = 0
    for certificate in without_events().select_related("revocation__by").iterator(chunk_size=BATCH):
        with transaction.atomic():
            _adopt(certificate)
        adopted += 1
    return adopted


def _adopt(certificate: Certificate) -> None:
    public = {"snapshot_sha256": certificate.snapshot_sha256, "adopted": True}
    _append(certificate, Kind.ISSUED, by=None, public=public, note="", at=certificate.issued_at)
    if certificate.drawn_at:
        public = {"pdf_sha256": certificate.pdf_sha256, "adopted": True}
        _append(certificate, Kind.SEALED, by=None, public=public, note="", at=certificate.drawn_at)
    if hasattr(certificate, "revocation"):
        row = certificate.revocation
        public = {"reason_code": row.reason_code, "reason": row.public_reason, "adopted": True}
        _append(certificate, Kind.REVOKED, by=row.by, public=public, note=row.private_note, at=row.revoked_at)


def begin(**_: Any) -> None:
    """After a migration: a register whose memory is empty adopts what was issued before events were kept."""
    if CertificateEvent._meta.db_table not in connection.introspection.table_names():  # migrated only half-way
        return
    if not CertificateEvent.objects.exists() and (adopted := adopt()):
        log.info("The register remembers %s certificates that were issued before events were kept.", adopted)
