"""One certificate takes the place of another: corrected reissues of an award, and the record of every replacement."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import issuing, naming, refusing
from certificates.models import Certificate, Standing, Supersession
from certificates.naming import spelt
from certificates.refusing import Refused


def reissue(older: Certificate, *, name: str, cause: str, by: User, why: str) -> Certificate:
    """The same award with a corrected name: same cycle, next edition, same last day. Refused in words when `older`
    is no longer the one that stands."""
    refusing.staff_for_another(by, older)
    name, why = spelt(name), why.strip()
    naming.check(name)
    if not name:
        raise Refused(_("Give the name as it should read."))
    if not why:
        raise Refused(_("Say why, for the record."))
    if cause not in {Supersession.Cause.NAME_CHANGE, Supersession.Cause.CORRECTION}:
        raise Refused(_("Say whether the name changed or was misspelt."))
    with refusing.held(older) as row:
        refuse_unless_it_stands(row)
        newer = issuing.issue(
            row.achievement, row.holder, name=name, cycle=row.cycle, edition=row.edition + 1, older=row, by=by
        )
        supersede(row, newer, cause=cause, by=by, why=why)
    refusing.forget(older)
    return newer


def refuse_unless_it_stands(row: Certificate) -> None:
    words = {
        Standing.REVOKED: _("This certificate is revoked, so it cannot be issued again."),
        Standing.SUSPENDED: _("This certificate is under review. Reinstate it first."),
        Standing.SUPERSEDED: _("A newer certificate has replaced this one already. Correct the newer one."),
        Standing.EXPIRED: _("This certificate has expired. It can only be renewed."),
    }.get(row.standing)
    if words:
        raise Refused(words)


def supersede(
    older: Certificate, newer: Certificate, *, cause: str, by: User | None = None, why: str = ""
) -> Supersession:
    """Remember that `newer` takes the place of `older`; the system's own act where `by` is nobody.

    After a renewal in the same name the older one's page leads to the newer one; otherwise only if the holder lets
    it, since the newer one shows a name that the reader of the older was perhaps never meant to learn.
    """
    if by is not None:
        refusing.staff_for_another(by, older)
    if (older.holder_id, older.achievement_id) != (newer.holder_id, newer.achievement_id):
        raise Refused(_("A certificate is only replaced by one of the same holder for the same achievement."))
    is_same_name = older.statement["holder"]["name"] == newer.statement["holder"]["name"]
    with refusing.held(older) as row:
        found = Supersession.objects.filter(older=row).first()
        if found is None:
            found = Supersession.objects.create(
                older=row,
                newer=newer,
                cause=cause,
                by=by,
                why=why,
                superseded_at=timezone.now(),
                is_shared=cause == Supersession.Cause.RENEWAL and is_same_name,
            )
            # Public is the cause alone: whether the newer one may be found from here is the holder's choice.
            note = f"{newer.code}\n{why}".strip()
            row.record("superseded", by=by, public={"cause": str(cause)}, note=note, at=found.superseded_at)
    refusing.forget(older)
    refusing.forget(newer)
    return found


def share(certificate: Certificate, *, by: User, is_shared: bool) -> None:
    """The holder alone says whether the older one's page leads to the newer one."""
    if certificate.holder_id != by.pk:
        from django.core.exceptions import PermissionDenied

        raise PermissionDenied("Only its holder shares a certificate.")
    Supersession.objects.filter(older=certificate).update(is_shared=is_shared)
    refusing.forget(certificate)
