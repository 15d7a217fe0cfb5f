"""Reads the register's memory back: every hash computed anew, and whether the register still holds what it tells."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from certificates.canonical import digest
from certificates.codes import grouped
from certificates.models import Certificate, CertificateEvent, RegisterLink, Revocation, Supersession, Suspension
from certificates.models.register import START, chained
from certificates.registering import BATCH, Head, without_events

NAMED = 20  # problems that are named; the first is what matters

Kind = CertificateEvent.Kind


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
