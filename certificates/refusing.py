"""What cannot be done with a certificate, said to whoever asked; and whom nobody may act on: themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from certificates.models import Certificate


class Refused(Exception):
    """It cannot be done. The message says why, and may be shown."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def staff_for_another(by: User, certificate: Certificate) -> None:
    """Only staff act on certificates, and nobody on their own."""
    if not by.is_staff or not by.is_active:
        raise PermissionDenied("Only staff act on certificates.")
    if certificate.holder_id == by.pk:
        raise PermissionDenied("Nobody acts on their own certificate.")


def lock(holder_id: int) -> None:
    """One act at a time on the certificates of one person: awards, renewals, reissues, reviews and revocations.

    The same order everywhere: the enrolment where there is one, the holder, then the certificates by their number.
    (SQLite has one writer at a time anyway.)
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=holder_id)


@contextmanager
def held(certificate: Certificate) -> Iterator[Certificate]:
    """The certificate as the register has it now, held with its holder until the commit."""
    with transaction.atomic():
        lock(certificate.holder_id)
        rows = Certificate.objects.select_for_update(of=("self",), no_key=True)
        yield rows.select_related("achievement", "holder", "revocation", "supersession").get(pk=certificate.pk)


def forget(certificate: Certificate) -> None:
    """The caller's object asks again what it stands at: it was read before the act."""
    for name in ("revocation", "supersession", "replaces"):
        certificate._state.fields_cache.pop(name, None)
    for name in ("suspended_at", "found_suspended_at", "hygiene_lapsed_on"):
        certificate.__dict__.pop(name, None)
