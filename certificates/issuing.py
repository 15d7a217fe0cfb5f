"""A completed course -> a certificate, once; later, in a job, its file.

`award` runs in the transaction that completed the course and writes rows only. `draw` runs in a job and may be
killed and repeated at any point: code, words and times were fixed when the row was made, so every repeat signs the
same credential and draws the same page; the sealed file is stored under its own hash, and at most one is recorded.
"""

import hashlib
import hmac
import logging
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates import credentials, drawing, refusing, sealing, tokens
from certificates.canonical import canonical, digest
from certificates.codes import new_code
from certificates.credentials import status
from certificates.dates import academy_day, months_later
from certificates.models import (
    Achievement,
    Certificate,
    CertificateDecision,
    CertificateEvent,
    Standing,
    Supersession,
)
from certificates.naming import Unprintable, spelt
from certificates.storing import ROOT, keep
from certificates.storing import stored as stored
from courses.models import Completion, Enrolment, Programme, ProgrammeCompletion
from jobs.faults import point
from jobs.mail import send_letter
from jobs.running import Unfixable, enqueue
from quizzes import completing
from quizzes.models import Quiz

log = logging.getLogger("certificates")

DUE_AT_ONCE = 100


def award_course(enrolment: Enrolment, *, again_at: datetime | None = None) -> Certificate | None:
    """The certificate of a completed course, and of competence where this was the last thing missing.

    `again_at`: its quiz was passed once more, in an attempt begun then.
    """
    course, trainee = enrolment.course, enrolment.trainee
    completion = Completion.objects.filter(enrolment=enrolment).first()
    achievement = Achievement.objects.of_course(course).first()
    if completion is None or achievement is None:
        return None
    if course.prerequisites_left(trainee).exists():
        # The quiz does not open before them, so somebody went round it. The sweep awards it once they are passed.
        log.error("%s was completed before its prerequisites; no certificate yet.", enrolment)
        return None
    certificate = award(achievement, trainee, earned_at=again_at or completion.completed_at)
    award_programme(course.programme, trainee)
    return certificate


def award_programme(programme: Programme, trainee: User) -> Certificate | None:
    """The certificate of competence: the examination passed, and every course's certificate standing today.

    Not while a correction has put one of these before a person, or has taken the pass of the examination: the sweep
    awards it once that is settled.
    """
    achievement = Achievement.objects.of_programme(programme).first()
    if achievement is None:
        return None
    with transaction.atomic():
        # Under the lock, or the last course and the examination, passed at once, would each miss the other.
        refusing.lock(trainee.pk)
        completion = ProgrammeCompletion.objects.filter(programme=programme, trainee=trainee).first()
        examinations = Quiz.objects.filter(programme=programme)
        if completion is None or not completing.is_earned(examinations, trainee.pk):
            return None
        needed = set(Achievement.objects.of_courses_in(programme).values_list("pk", flat=True))
        asked = CertificateDecision.objects.filter(certificate=OuterRef("pk"), decided_at=None)
        standing = Certificate.objects.held_by(trainee).standing_on(academy_day(timezone.now())).filter(~Exists(asked))
        if not needed or needed - set(standing.values_list("achievement_id", flat=True)):
            return None
        passes = (completing.passed_attempt(examination, trainee.pk) for examination in examinations)
        begun = (passed.started_at for passed in passes if passed)  # since a renewal opened, if one did
        return award(achievement, trainee, earned_at=max([completion.completed_at, *begun]))


def award(achievement: Achievement, holder: User, *, earned_at: datetime) -> Certificate | None:
    """Certify what was earned at that moment, once.

    While a certificate stands and its renewal is not open, or was withdrawn, none is added. A renewal is valid from
    the day it is issued, not from where the older one ends: knowledge was shown on that day, and the older one is
    replaced on it.
    """
    name = spelt(holder.name)
    if not name:
        log.error("Person %s earned %s without a name; the sweep awards it once there is one.", holder.pk, achievement)
        return None
    with transaction.atomic():
        refusing.lock(holder.pk)
        latest = (
            Certificate.objects.held_by(holder)
            .filter(achievement=achievement)
            .to_show()
            .order_by("-cycle", "-edition")
            .first()
        )
        if latest and not latest.is_renewed_by(earned_at):
            return latest
        certificate = issue(achievement, holder, name=name, cycle=latest.cycle + 1 if latest else 1)
        if latest:
            latest.supersede(certificate, cause=Supersession.Cause.RENEWAL)
            certificate.record("renewed", public={"cycle": certificate.cycle})
    return certificate


def issue(
    achievement: Achievement,
    holder: User,
    *,
    name: str,
    cycle: int,
    edition: int = 1,
    older: Certificate | None = None,
    by: User | None = None,
) -> Certificate:
    """The row of a new certificate, what the register remembers of it, and the job that makes its file.

    In the caller's transaction, under its lock. A corrected reissue says what the `older` one says.
    """
    certificate = Certificate.objects.create(
        holder=holder,
        achievement=achievement,
        cycle=cycle,
        edition=edition,
        **words(achievement, name, now=timezone.now(), older=older),
    )
    public = {"snapshot_sha256": certificate.snapshot_sha256}
    certificate.record("issued", by=by, public=public, at=certificate.issued_at)
    status.enter(certificate)
    achievement.remember_title(certificate.statement["achievement"]["title"], certificate.issued_on)
    enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})
    point("award:written")
    return certificate


def award_what_is_due() -> None:
    """What was completed and has no certificate at all: earned without a name, or before there was one to earn."""
    certified = Certificate.objects.filter(
        holder=OuterRef("enrolment__trainee"), achievement__course=OuterRef("enrolment__course")
    )
    courses = Completion.objects.filter(~Exists(certified), enrolment__course__achievement__isnull=False)
    for completion in courses.exclude(enrolment__trainee__name="").select_related(
        "enrolment__course__programme", "enrolment__trainee"
    )[:DUE_AT_ONCE]:
        course, trainee = completion.enrolment.course, completion.enrolment.trainee
        if course.prerequisites_left(trainee).exists():
            continue
        if completing.is_earned(Quiz.objects.filter(course=course), trainee.pk):  # no correction has taken it since
            award_course(completion.enrolment)
    certified = Certificate.objects.filter(holder=OuterRef("trainee"), achievement__programme=OuterRef("programme"))
    programmes = ProgrammeCompletion.objects.filter(~Exists(certified), programme__achievement__isnull=False)
    for passed in programmes.exclude(trainee__name="").select_related("programme", "trainee")[:DUE_AT_ONCE]:
        award_programme(passed.programme, passed.trainee)


def check_address(code: str) -> str:
    """What the QR code says: all upper case, which needs a smaller symbol, unless the address has a path to spell."""
    address = f"{settings.SITE_URL}/v/{code}"
    return address if urlsplit(settings.SITE_URL).path else address.upper()


def words(achievement: Achievement, name: str, *, now: datetime, older: Certificate | None = None) -> dict[str, Any]:
    """Everything that is printed, fixed now, and what is derived from it. With `older`: as that one says it."""
    code = new_code()
    issued_on = academy_day(now)
    expires_on = older.expires_on if older else months_later(issued_on, achievement.validity_months)
    said: dict[str, Any] = {
        "achievement": {
            "kind": "course" if achievement.course_id else "programme",
            "slug": achievement.slug,
            "title": achievement.title,
        },
        "areas": achievement.areas,
        "sentences": achievement.sentences,
    }
    if older:
        said = {part: older.statement[part] for part in said}
    snapshot = canonical(
        {
            **said,
            "format": 1,
            "code": code,
            "locale": settings.LANGUAGE_CODE,
            "holder": {"name": name},
            "issuer": {"name": settings.ACADEMY["name"], "place": settings.ACADEMY["place"]},
            "issued_on": issued_on.isoformat(),
            "expires_on": expires_on.isoformat(),
            "time_zone": settings.ACADEMY_TIME_ZONE,
            "check_at": check_address(code),
            "check_in_words": f"{settings.SITE_URL.partition('://')[2]}/v",
        }
    )
    sha256 = digest(snapshot)
    return {
        "code": code,
        "snapshot": snapshot,
        "snapshot_sha256": sha256,
        # Keyed, or anyone who knows the words could draw the right picture.
        "whorl": hmac.digest(settings.WHORL_SECRET.encode(), sha256.encode(), "sha256"),
        "issued_at": now,
        "issued_on": issued_on,
        "expires_on": expires_on,
    }


def draw(certificate: Certificate) -> None:
    """Make its file, store, record and announce it, doing only what is still undone."""
    point("draw:claimed")
    if not certificate.is_drawn:
        record_file(certificate, **make_file(certificate))
        point("draw:recorded")
    tell(certificate)
    point("draw:mailed")


def make_file(certificate: Certificate) -> dict[str, Any]:
    """Sign its credential, draw it, seal it and store it; the columns that name all this.

    Up to the seal every repeat gives the same bytes. Seals differ, so the file of a repeat that comes too late has
    another name; nobody names it, and it is swept away.
    """
    credential = credentials.issue(certificate)
    token = tokens.issue(certificate)
    point("draw:credential")
    try:
        page = drawing.draw(certificate.statement, certificate.seal, token)
    except Unprintable as error:
        raise Unfixable(f"Certificate {certificate} cannot be printed. {error}") from error
    point("draw:drawn")
    sealed = sealing.finished(
        page.pdf,
        page.tags,
        statement=certificate.statement,
        credential=credential.text,
        reason=_("Certificate %(number)s") % {"number": certificate.grouped_code},
        name=certificate.statement["issuer"]["name"],
    )
    point("draw:sealed")
    sha256 = hashlib.sha256(sealed.pdf).hexdigest()
    key = keep(f"{ROOT}/{sha256[:2]}/{sha256}.pdf", sealed.pdf)
    point("draw:stored")
    return {
        "credential_text": credential.text,
        "credential_sha256": credential.sha256,
        "credential_kid": credential.kid,
        "token": token,
        "seal_fingerprint": sealed.fingerprint,
        "pdf_sha256": sha256,
        "pdf_key": key,
        "pdf_size": len(sealed.pdf),
    }


def record_file(certificate: Certificate, **columns: Any) -> bool:
    """Name the file, all at once and once; the register remembers it in the same transaction."""
    with transaction.atomic():
        unnamed = Certificate.objects.filter(pk=certificate.pk, pdf_sha256="")
        was_first = bool(unnamed.update(**columns, drawn_at=timezone.now()))
        if was_first:
            public = {name: columns[name] for name in ("pdf_sha256", "credential_sha256")}
            certificate.record("sealed", public=public)
    return was_first


def tell(certificate: Certificate) -> None:
    """The letter that it is there, and the register's memory of it, once; none for one that counts no more."""
    if certificate.standing in {Standing.REVOKED, Standing.SUPERSEDED}:
        return
    with transaction.atomic():
        Certificate.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=certificate.pk)
        send_letter(
            key=f"certificate-issued:{certificate.code}",
            to=certificate.holder.email,
            kind="certificate-issued",
            template="certificates/email/issued",
            context={"certificate": certificate, "statement": certificate.statement},
            user=certificate.holder,
        )
        if not certificate.events.filter(kind=CertificateEvent.Kind.DELIVERED).exists():
            certificate.record("delivered")
