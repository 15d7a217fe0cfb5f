"""Under review and back, and withdrawn for good: each a record with who, when and why, an event of the register, and
a letter to the holder.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import refusing
from certificates.dates import academy_day
from certificates.models import Certificate, Revocation, Standing, Suspension
from certificates.refusing import Refused
from jobs.mail import send_letter


def suspend(certificate: Certificate, *, by: User, why: str) -> Suspension:
    """Put it under review. Asked for twice, the first review goes on. The public reads only since when."""
    refusing.staff_for_another(by, certificate)
    why = _said(why)
    with refusing.held(certificate) as row:
        running = Suspension.objects.filter(certificate=row, reinstated_at=None).first()
        if running is None:
            if row.standing in {Standing.REVOKED, Standing.SUPERSEDED}:
                raise Refused(_over(row))
            running = Suspension.objects.create(certificate=row, suspended_by=by, why=why)
            row.record("suspended", by=by, note=why, at=running.suspended_at)
            _tell(row, "suspended", running.pk, since=academy_day(running.suspended_at))
    refusing.forget(certificate)
    return running


def reinstate(certificate: Certificate, *, by: User, why: str) -> Suspension | None:
    """End the review. What was earned meanwhile is awarded. None when it was under none."""
    from certificates import renewing

    refusing.staff_for_another(by, certificate)
    why = _said(why)
    with refusing.held(certificate) as row:
        running = Suspension.objects.filter(certificate=row, reinstated_at=None).first()
        if running is not None:
            running.reinstated_by, running.reinstated_at, running.why_reinstated = by, timezone.now(), why
            running.save(update_fields=["reinstated_by", "reinstated_at", "why_reinstated"])
            row.record("reinstated", by=by, note=why, at=running.reinstated_at)
            renewing.catch_up(row)
            refusing.forget(row)
            if row.standing is not Standing.REVOKED:  # its holder knows, and the end of the review changes nothing
                _tell(row, "reinstated", running.pk, since=academy_day(running.suspended_at), standing=row.standing)
    refusing.forget(certificate)
    return running


def revoke(
    certificate: Certificate,
    *,
    by: User,
    reason_code: str,
    public_reason: str,
    private_note: str = "",
    at: datetime | None = None,
    is_told: bool = True,
) -> Revocation:
    """Withdraw it and the chain it stands in, each with its own record and event, in one transaction.

    What replaced it rests on the same award, and what it replaced leads to it: neither may go on alone. Only the
    first revocation of each is remembered. One letter for the whole chain names the newest of it; none where the
    caller tells the holder (`is_told`).
    """
    refusing.staff_for_another(by, certificate)
    now = at or timezone.now()
    words = {"by": by, "reason_code": reason_code, "public_reason": public_reason, "private_note": private_note}
    with refusing.held(certificate) as row:
        withdrawn: list[Certificate] = []
        for one in chain(row):
            made = Revocation.objects.get_or_create(certificate=one, defaults={**words, "revoked_at": now})[1]
            if made:
                withdrawn.append(one)
                note = private_note if one.pk == row.pk else f"{private_note}\n(With {row.code}.)".strip()
                public = {"reason_code": reason_code, "reason": public_reason}
                one.record("revoked", by=by, public=public, note=note, at=now)
        if withdrawn and is_told:
            newest, others = withdrawn[-1], withdrawn[:-1]
            _tell(newest, "revoked", newest.code, day=academy_day(now), reason=public_reason, has_others=bool(others))
    refusing.forget(certificate)
    return Revocation.objects.get(certificate=certificate)


def chain(certificate: Certificate) -> list[Certificate]:
    """It, all it replaced and all that replaced it, in the order of their numbers. The holder is locked."""
    found = {certificate.pk: certificate}
    fresh = [certificate.pk]
    while fresh:
        linked = Certificate.objects.filter(
            Q(supersession__newer__in=fresh) | Q(replaces__older__in=fresh), holder=certificate.holder_id
        ).exclude(pk__in=found)
        added = {one.pk: one for one in linked}
        found |= added
        fresh = list(added)
    return [found[pk] for pk in sorted(found)]


def _tell(certificate: Certificate, news: str, key: object, **said: object) -> None:
    """The letter to its holder, in the transaction of the act. Causes and notes are for staff and never in it."""
    holder = certificate.holder
    if not (holder.is_active and holder.email):
        return
    send_letter(
        key=f"certificate-{news}:{key}",
        to=holder.email,
        kind=f"certificate-{news}",
        template=f"certificates/email/{news}",
        context={"certificate": certificate, "statement": certificate.statement, **said},
        user=holder,
    )


def _said(why: str) -> str:
    why = why.strip()
    if not why:
        raise Refused(_("Say why, for the record."))
    return why


def _over(row: Certificate) -> str:
    if row.standing is Standing.REVOKED:
        return _("This certificate is revoked, so nothing is left to review.")
    return _("A newer certificate has replaced this one. Suspend the newer one.")
