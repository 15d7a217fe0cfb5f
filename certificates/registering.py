"""Writes the register's memory and reads it back: events in the act's own transaction, links by one writer after it."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.canonical import digest
from certificates.codes import grouped
from certificates.models import Certificate, CertificateEvent, RegisterLink, Revocation, Supersession, Suspension
from certificates.models.register import START, chained
from certificates.signals import certificate_event

log = logging.getLogger("certificates")

BATCH = 500
BATCHES_AT_ONCE = 20  # a sweep gives way to others after so many
WRITER = 0x5354495050  # the advisory lock of whoever links
NAMED = 20  # problems that are named; the first is what matters

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


# Reading it back


@dataclass(frozen=True)
class Problem:
    """One place where the memory is broken, in words."""

    words: str

    def __str__(self) -> str:
        return self.words


def check(expected: Head | None = None) -> list[Problem]:
    """Recompute every hash and compare every number. The first problem is the first broken place; later ones may
    follow from it. Reads in batches, so memory stays small however long the register."""
    found = chain(
        _events(),
        _links(),
        _expected(expected),
        _unremembered(),
        _taken_back(),
        _changed_certificates(),
        _changed_files(),
    )
    return list(islice(found, NAMED))


def _events() -> Iterator[Problem]:
    """Each certificate's own chain."""
    rows = CertificateEvent.objects.order_by("certificate_id", "number").annotate(code=F("certificate__code"))
    certificate, number, before = None, 0, START
    for event in rows.iterator(chunk_size=BATCH):
        if event.certificate_id != certificate:
            certificate, number, before = event.certificate_id, 0, START
        place = {"certificate": grouped(event.code), "number": event.number}
        if event.number != number + 1:
            words = _("Certificate %(certificate)s: event %(missing)d is missing before event %(number)d.")
            yield Problem(words % {**place, "missing": number + 1})
        elif event.before_sha256 != before:
            words = _("Certificate %(certificate)s, event %(number)d: it does not follow the event before it.")
            yield Problem(words % place)
        if event.sha256 != event.hashed(event.code):
            words = _("Certificate %(certificate)s, event %(number)d: its words are not those that were recorded.")
            yield Problem(words % place)
        number, before = event.number, event.sha256


def _links() -> Iterator[Problem]:
    """The chain over the register."""
    number, before = 0, START
    rows = RegisterLink.objects.order_by("number").values_list("number", "sha256", "event__sha256")
    for place, sha256, event_sha256 in rows.iterator(chunk_size=BATCH):
        if place != number + 1:
            words = _("Register: link %(missing)d is missing before link %(number)d.")
            yield Problem(words % {"missing": number + 1, "number": place})
        elif sha256 != chained(before, event_sha256):
            yield Problem(_("Register, link %(number)d: it does not follow the link before it.") % {"number": place})
        number, before = place, sha256


def _expected(expected: Head | None) -> Iterator[Problem]:
    if expected is None:
        return
    found = RegisterLink.objects.filter(number=expected.number).first()
    if found is None:
        words = _("Register: link %(number)d was kept elsewhere and is not here. Something was cut off the end.")
        yield Problem(words % {"number": expected.number})
    elif found.sha256 != expected.sha256:
        words = _("Register, link %(number)d: its hash is not the one that was kept elsewhere. The past was rewritten.")
        yield Problem(words % {"number": expected.number})


def _unremembered() -> Iterator[Problem]:
    """What stands in the register but not in its memory."""
    for code in without_events().values_list("code", flat=True)[:NAMED]:
        yield Problem(_("Certificate %(certificate)s: no event of it is kept.") % {"certificate": grouped(code)})
    told = CertificateEvent.objects.filter(certificate=OuterRef("certificate"))
    revoked = Revocation.objects.filter(~Exists(told.filter(kind=Kind.REVOKED)))
    yield from _silent(revoked.values_list("certificate__code", flat=True), Kind.REVOKED)
    told = CertificateEvent.objects.filter(certificate=OuterRef("older"))
    replaced = Supersession.objects.filter(~Exists(told.filter(kind=Kind.SUPERSEDED)))
    yield from _silent(replaced.values_list("older__code", flat=True), Kind.SUPERSEDED)
    for kind, counted in ((Kind.SUSPENDED, Q()), (Kind.REINSTATED, Q(suspensions__reinstated_at__isnull=False))):
        rows = Certificate.objects.filter(Exists(Suspension.objects.filter(certificate=OuterRef("pk")))).annotate(
            acts=Count("suspensions", filter=counted, distinct=True),
            said=Count("events", filter=Q(events__kind=kind), distinct=True),
        )
        yield from _silent(rows.filter(acts__gt=F("said")).order_by("pk").values_list("code", flat=True), kind)


def _silent(codes: "QuerySet[Any, str]", kind: Kind) -> Iterator[Problem]:
    for code in codes[:NAMED]:
        words = _("Certificate %(certificate)s: the event “%(kind)s” is missing.")
        yield Problem(words % {"certificate": grouped(code), "kind": kind.label})


def _taken_back() -> Iterator[Problem]:
    """What the memory tells and the register no longer holds. Pages read the register, so bad news would be gone."""
    of_it = {"certificate": OuterRef("certificate")}
    for kind, rows in (
        (Kind.REVOKED, Revocation.objects.filter(**of_it)),
        (Kind.SUPERSEDED, Supersession.objects.filter(older=OuterRef("certificate"))),
    ):
        told = CertificateEvent.objects.filter(~Exists(rows), kind=kind).order_by("certificate_id")
        yield from _gone(told.values_list("certificate__code", flat=True), kind)
    for kind, counted in ((Kind.SUSPENDED, Q()), (Kind.REINSTATED, Q(suspensions__reinstated_at__isnull=False))):
        told = CertificateEvent.objects.filter(certificate=OuterRef("pk"), kind=kind)
        lost = Certificate.objects.filter(Exists(told)).annotate(
            acts=Count("suspensions", filter=counted, distinct=True),
            said=Count("events", filter=Q(events__kind=kind), distinct=True),
        )
        yield from _gone(lost.filter(acts__lt=F("said")).order_by("pk").values_list("code", flat=True), kind)


def _gone(codes: "QuerySet[Any, str]", kind: Kind) -> Iterator[Problem]:
    for code in codes[:NAMED]:
        words = _("Certificate %(certificate)s: the register no longer holds what its event “%(kind)s” tells.")
        yield Problem(words % {"certificate": grouped(code), "kind": kind.label})


def _changed_certificates() -> Iterator[Problem]:
    """Whether each certificate says what the event of its issue says it says, and ends when its words say so."""
    rows = CertificateEvent.objects.filter(number=1, kind=Kind.ISSUED).order_by("certificate_id")
    columns = ("code", "snapshot", "issued_on", "expires_on")
    found = rows.values_list("public", *(f"certificate__{name}" for name in columns))
    for public, code, snapshot, issued_on, expires_on in found.iterator(chunk_size=BATCH):
        if public.get("snapshot_sha256") not in {None, digest(snapshot)}:
            words = _("Certificate %(certificate)s: its words are not those it was issued with.")
            yield Problem(words % {"certificate": grouped(code)})
            continue
        said = json.loads(snapshot)
        if (said["issued_on"], said["expires_on"]) != (issued_on.isoformat(), expires_on.isoformat()):
            words = _("Certificate %(certificate)s: its days are not those it was issued with.")
            yield Problem(words % {"certificate": grouped(code)})


def _changed_files() -> Iterator[Problem]:
    """Whether the file and the credential are still those that the event of the sealing names."""
    rows = CertificateEvent.objects.filter(kind=Kind.SEALED).order_by("certificate_id")
    columns = ("code", "pdf_sha256", "credential_text", "credential_sha256")
    found = rows.values_list("public", *(f"certificate__{name}" for name in columns))
    for public, code, pdf, credential, credential_sha256 in found.iterator(chunk_size=BATCH):
        if public.get("pdf_sha256") not in {None, pdf}:
            words = _("Certificate %(certificate)s: its file is not the one that was sealed.")
            yield Problem(words % {"certificate": grouped(code)})
        sha256 = public.get("credential_sha256")
        if sha256 is not None and {sha256} != {credential_sha256, digest(credential)}:
            words = _("Certificate %(certificate)s: its credential is not the one that was issued.")
            yield Problem(words % {"certificate": grouped(code)})


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
