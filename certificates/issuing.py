"""A completed course -> a certificate, once; later, in a job, its file.

`award` runs in the transaction that completed the course and writes rows only. `draw` runs in a job and may be
killed and repeated at any point: code, words and times were fixed when the row was made, so every repeat draws
the same bytes, stores them under their own hash, and at most one records them.
"""

import hashlib
import hmac
import logging
import os
import tempfile
from calendar import monthrange
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from certificates import drawing
from certificates.codes import new_code
from certificates.models import (
    Achievement,
    Certificate,
    CertificateDecision,
    Standing,
    academy_day,
    canonical,
    digest,
)
from certificates.naming import Unprintable, spelt
from courses.models import Completion, Enrolment, Programme, ProgrammeCompletion
from jobs.faults import point
from jobs.mail import send_letter
from jobs.running import Unfixable, enqueue
from quizzes import completing
from quizzes.models import Quiz

log = logging.getLogger("certificates")

DUE_AT_ONCE = 100


def award_course(enrolment: Enrolment) -> Certificate | None:
    """The certificate of a completed course, and of competence where this was the last thing missing."""
    course, trainee = enrolment.course, enrolment.trainee
    completion = Completion.objects.filter(enrolment=enrolment).first()
    achievement = Achievement.objects.of_course(course).first()
    if completion is None or achievement is None:
        return None
    if course.prerequisites_left(trainee).exists():
        # The quiz does not open before them, so somebody went round it. The sweep awards it once they are passed.
        log.error("%s was completed before its prerequisites; no certificate yet.", enrolment)
        return None
    certificate = award(achievement, trainee, earned_at=completion.completed_at)
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
        _lock(trainee)
        completion = ProgrammeCompletion.objects.filter(programme=programme, trainee=trainee).first()
        if completion is None or not completing.is_earned(Quiz.objects.filter(programme=programme), trainee.pk):
            return None
        needed = set(Achievement.objects.of_courses_in(programme).values_list("pk", flat=True))
        asked = CertificateDecision.objects.filter(certificate=OuterRef("pk"), decided_at=None)
        standing = Certificate.objects.held_by(trainee).standing_on(academy_day(timezone.now())).filter(~Exists(asked))
        if not needed or needed - set(standing.values_list("achievement_id", flat=True)):
            return None
        return award(achievement, trainee, earned_at=completion.completed_at)


def award(achievement: Achievement, holder: User, *, earned_at: datetime) -> Certificate | None:
    """Certify what was earned at that moment, once. While a certificate stands, or was withdrawn, none is added."""
    name = spelt(holder.name)
    if not name:
        log.error("Person %s earned %s without a name; the sweep awards it once there is one.", holder.pk, achievement)
        return None
    with transaction.atomic():
        _lock(holder)
        latest = (
            Certificate.objects.held_by(holder)
            .filter(achievement=achievement)
            .select_related("revocation")
            .order_by("-cycle")
            .first()
        )
        if latest and (latest.standing is not Standing.EXPIRED or earned_at <= latest.issued_at):
            return latest
        certificate, _made = Certificate.objects.get_or_create(
            holder=holder,
            achievement=achievement,
            cycle=latest.cycle + 1 if latest else 1,
            defaults=_words(achievement, name, now=timezone.now()),
        )
        enqueue("draw_certificate", certificate.code, {"certificate_id": certificate.pk})
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


def _lock(holder: User) -> None:
    """One award at a time for one person. (SQLite has one writer at a time anyway.)"""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=holder.pk)


def months_later(day: date, months: int) -> date:
    """By the calendar; the last day of the month where the same day does not exist (29 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check_address(code: str) -> str:
    """What the QR code says: all upper case, which needs a smaller symbol, unless the address has a path to spell."""
    address = f"{settings.SITE_URL}/v/{code}"
    return address if urlsplit(settings.SITE_URL).path else address.upper()


def _words(achievement: Achievement, name: str, *, now: datetime) -> dict[str, Any]:
    """Everything that is printed, fixed now, and what is derived from it."""
    code = new_code()
    issued_on = academy_day(now)
    expires_on = months_later(issued_on, achievement.validity_months)
    snapshot = canonical(
        {
            "format": 1,
            "code": code,
            "locale": settings.LANGUAGE_CODE,
            "holder": {"name": name},
            "achievement": {
                "kind": "course" if achievement.course_id else "programme",
                "slug": achievement.slug,
                "title": achievement.title,
            },
            "areas": achievement.areas,
            "sentences": achievement.sentences,
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
    """Draw, store, record and announce it, doing only what is still undone."""
    point("draw:claimed")
    if not certificate.is_drawn:
        try:
            pdf = drawing.draw(certificate.statement, certificate.seal)
        except Unprintable as error:
            raise Unfixable(f"Certificate {certificate} cannot be printed. {error}") from error
        point("draw:drawn")
        sha256 = hashlib.sha256(pdf).hexdigest()
        key = keep(f"certs/{sha256[:2]}/{sha256}.pdf", pdf)
        point("draw:stored")
        Certificate.objects.filter(pk=certificate.pk, pdf_sha256="").update(
            pdf_sha256=sha256, pdf_key=key, pdf_size=len(pdf), drawn_at=timezone.now()
        )
        point("draw:recorded")
    tell(certificate)
    point("draw:mailed")


def tell(certificate: Certificate) -> None:
    """The letter that it is there, once. Nothing is said of one that was withdrawn meanwhile."""
    if certificate.standing is Standing.REVOKED:
        return
    send_letter(
        key=f"certificate-issued:{certificate.code}",
        to=certificate.holder.email,
        kind="certificate-issued",
        template="certificates/email/issued",
        context={"certificate": certificate, "statement": certificate.statement},
        user=certificate.holder,
    )


def keep(key: str, content: bytes) -> str:
    """Store a file under a name made of its own hash: whole or not at all, and never over another."""
    storage = storages["private"]
    if storage.exists(key):
        with storage.open(key) as file:
            if file.read() == content:
                return key
    if not isinstance(storage, FileSystemStorage):
        return str(storage.save(key, ContentFile(content)))
    path = Path(storage.path(key))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # made with mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key


def stored(certificate: Certificate) -> bytes | None:
    """The bytes that were issued, or None when storage gives something else."""
    try:
        with storages["private"].open(certificate.pdf_key) as file:
            content: bytes = file.read()
    except OSError:
        log.exception("The file of certificate %s cannot be read.", certificate.pk)
        return None
    if hashlib.sha256(content).hexdigest() != certificate.pdf_sha256:
        log.error("The file of certificate %s is not the one that was issued.", certificate.pk)
        return None
    return content
