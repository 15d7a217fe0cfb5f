"""Certificates whose ground moved: found, put before a person, decided. None is ever changed without one."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import suspending
from certificates.dates import academy_today
from certificates.models import Certificate, CertificateDecision, Revocation, Standing
from jobs.mail import send_letter
from quizzes.correcting import rejudging
from quizzes.correcting.touched import Touched
from quizzes.models import Attempt, Regrade, Result

Decision = CertificateDecision.Decision


class DecidedAlready(Exception):
    """Somebody else was quicker; their decision stands."""


def resting_on(attempts: Sequence[Attempt]) -> dict[int, list[Certificate]]:
    """Attempt id -> the holder's standing certificates that rest on it: the course's own, and the certificate of
    competence of its programme. One query, however many attempts.

    A renewed certificate rests on what was begun since its renewal opened, and no longer on what came before.
    """
    courses = {attempt.quiz.course_id for attempt in attempts if attempt.quiz.course_id}
    programmes = {_programme(attempt) for attempt in attempts}
    held = (
        Certificate.objects.filter(holder__in={attempt.trainee_id for attempt in attempts})
        .filter(Q(achievement__course__in=courses) | Q(achievement__programme__in=programmes))
        .select_related("holder")
        .to_show()
        .order_by("pk")
    )
    by_holder: dict[int, list[Certificate]] = {}
    for certificate in held:
        by_holder.setdefault(certificate.holder_id, []).append(certificate)
    today = academy_today()
    return {
        attempt.pk: [
            certificate
            for certificate in by_holder.get(attempt.trainee_id, ())
            if certificate.standing_on(today) is Standing.VALID
            and _rests(certificate, attempt, by_holder[attempt.trainee_id])
        ]
        for attempt in attempts
    }


def _programme(attempt: Attempt) -> int | None:
    return attempt.quiz.course.programme_id if attempt.quiz.course else attempt.quiz.programme_id


def _rests(certificate: Certificate, attempt: Attempt, held: Sequence[Certificate]) -> bool:
    achievement = certificate.achievement
    if achievement.course_id:
        return achievement.course_id == attempt.quiz.course_id and _is_of_its_cycle(certificate, attempt, held)
    if achievement.programme_id != _programme(attempt):
        return False
    # It rests on the courses as they stood when it was issued, and on its own examination.
    return bool(attempt.quiz.course_id) or _is_of_its_cycle(certificate, attempt, held)


def _is_of_its_cycle(certificate: Certificate, attempt: Attempt, held: Sequence[Certificate]) -> bool:
    """Whether the attempt was begun after renewal of the cycle before had opened, and before that of this one did."""
    begun = rejudging.begun(attempt)
    award = [one for one in held if one.achievement_id == certificate.achievement_id]
    first = {one.cycle: one.issued_at for one in award if one.edition == 1}
    opened = {one.cycle: one.renewal_opens_after(first.get(one.cycle, one.issued_at)) for one in award}
    before = opened.get(certificate.cycle - 1)
    return (before is None or begun >= before) and begun < opened[certificate.cycle]


def touched(attempts: Sequence[Attempt]) -> dict[int, list[Touched]]:
    """The same, as a regrade's page shows it."""
    return {
        pk: [
            Touched(f"{certificate.achievement.title} · {certificate.grouped_code}", certificate.get_absolute_url())
            for certificate in held
        ]
        for pk, held in resting_on(attempts).items()
    }


def ask_about(attempt: Attempt, *, before: Result, after: Result, regrade: Regrade | None) -> list[CertificateDecision]:
    """Put every certificate that rests on this attempt on the list; in the transaction that corrected it."""
    return [
        CertificateDecision.objects.get_or_create(
            certificate=certificate, after=after, defaults={"before": before, "regrade": regrade}
        )[0]
        for certificate in resting_on([attempt])[attempt.pk]
    ]


def waiting() -> QuerySet[CertificateDecision]:
    return CertificateDecision.objects.filter(decided_at=None)


def decide(row: CertificateDecision, decision: str, *, by: User, why: str, public_reason: str = "") -> None:
    """Keep or revoke, once, with a reason; the holder is told. Raises `DecidedAlready`."""
    if row.certificate.holder_id == by.pk:
        raise PermissionDenied("Nobody decides on their own certificate.")
    now = timezone.now()
    with transaction.atomic():
        if not CertificateDecision.objects.filter(pk=row.pk, decided_at=None).update(
            decision=decision, decided_by=by, decided_at=now, why=why
        ):
            raise DecidedAlready
        if decision == Decision.REVOKE:
            suspending.revoke(
                row.certificate,
                by=by,
                reason_code=Revocation.Reason.RESULT_CORRECTED,
                public_reason=public_reason or _("The result it rested on was corrected."),
                private_note=why,
                at=now,
                is_told=False,  # the next letter says it
            )
        _tell(row.certificate, decision, row.pk)
    row.refresh_from_db()


def _tell(certificate: Certificate, decision: str, pk: int) -> None:
    send_letter(
        key=f"certificate-decided:{pk}",
        to=certificate.holder.email,
        kind="certificate-decided",
        template="certificates/email/decided",
        context={
            "certificate": certificate,
            "statement": certificate.statement,
            "is_kept": decision == Decision.KEEP,
        },
        user=certificate.holder,
    )
