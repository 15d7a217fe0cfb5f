"""The places of certificates in the status lists."""

import secrets

from django.db import IntegrityError, transaction

from certificates.credentials.lists import rebuild
from certificates.models import Certificate, StatusEntry
from certificates.models.status import LENGTH

__all__ = ["adopt", "enter", "rebuild"]

HALF = LENGTH // 2  # beyond it, finding a free place by chance takes too many tries
ADOPTED_AT_ONCE = 200


def enter(certificate: Certificate) -> StatusEntry:
    """The certificate's place, taken once: random, so that it tells nothing of when it was issued."""
    entry = StatusEntry.objects.filter(certificate=certificate).first()
    while entry is None:
        place = {"list_number": _open_list(), "index": secrets.randbelow(LENGTH)}
        try:
            with transaction.atomic():
                entry = StatusEntry.objects.create(certificate=certificate, **place)
        except IntegrityError:  # the place is taken, or somebody entered this certificate just now
            entry = StatusEntry.objects.filter(certificate=certificate).first()
    return entry


def _open_list() -> int:
    """The newest list, or the next one when that is half full."""
    newest = StatusEntry.objects.order_by("-list_number").values_list("list_number", flat=True).first() or 1
    return newest + (StatusEntry.objects.filter(list_number=newest).count() >= HALF)


def adopt() -> None:
    """Certificates from before there were lists get their places."""
    for certificate in Certificate.objects.filter(status_entry=None).order_by("pk")[:ADOPTED_AT_ONCE]:
        enter(certificate)
