"""A holder asks for the name on a certificate to be corrected; staff grant it, which reissues, or refuse it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import naming, refusing, reissuing
from certificates.models import Certificate, NameCorrection
from certificates.naming import spelt
from certificates.refusing import Refused
from jobs.mail import send_letter

Decision = NameCorrection.Decision


class DecidedAlready(Exception):
    """Somebody else was quicker; their decision stands."""


def ask(certificate: Certificate, *, by: User, name: str, cause: str, words: str = "") -> NameCorrection:
    """Put it before staff. Asked for twice, the first still waits. Refused in words when nothing can come of it."""
    if certificate.holder_id != by.pk:
        raise PermissionDenied("Only its holder asks for another name on a certificate.")
    name = spelt(name)
    naming.check(name)
    with refusing.held(certificate) as row:
        waiting_one = NameCorrection.objects.filter(certificate=row, decided_at=None).first()
        if waiting_one is not None:
            return waiting_one
        reissuing.refuse_unless_it_stands(row)
        if not name:
            raise Refused(_("Give the name as it should read."))
        if name == row.statement["holder"]["name"]:
            raise Refused(_("This is the name the certificate carries already."))
        return NameCorrection.objects.create(certificate=row, asked_by=by, name=name, cause=cause, words=words.strip())


def waiting() -> QuerySet[NameCorrection]:
    return NameCorrection.objects.filter(decided_at=None)


def grant(row: NameCorrection, *, by: User, why: str) -> Certificate:
    """A newer certificate with the right name replaces this one; the holder is told. Raises `DecidedAlready`."""
    refusing.staff_for_another(by, row.certificate)
    with transaction.atomic():
        _decided(row, Decision.GRANTED, by=by, why=why)
        newer = reissuing.reissue(row.certificate, name=row.name, cause=row.cause, by=by, why=why)
        _tell(row, newer)
    return newer


def refuse(row: NameCorrection, *, by: User, why: str) -> None:
    """The certificate stays as it is; the holder reads why. Raises `DecidedAlready`."""
    refusing.staff_for_another(by, row.certificate)
    with transaction.atomic():
        _decided(row, Decision.REFUSED, by=by, why=why)
        _tell(row, None)


def _decided(row: NameCorrection, decision: str, *, by: User, why: str) -> None:
    why = why.strip()
    if not why:
        raise Refused(_("Say why. The holder reads it."))
    refusing.lock(row.certificate.holder_id)
    if not waiting().filter(pk=row.pk).update(decision=decision, decided_by=by, decided_at=timezone.now(), why=why):
        raise DecidedAlready
    row.refresh_from_db()


def _tell(row: NameCorrection, newer: Certificate | None) -> None:
    holder = row.certificate.holder
    send_letter(
        key=f"name-correction:{row.pk}",
        to=holder.email,
        kind="name-correction",
        template="certificates/email/name_correction",
        context={"row": row, "certificate": row.certificate, "newer": newer, "holder": holder},
        user=holder,
    )
