"""An employer's training record of one person: what the academy tested, what the clinic taught on site, who did it.

Facts HYG-008 to HYG-010 of the curriculum: a record shows the dates, the content or a summary, the trainers' names and
qualifications, and the names and job titles of those who attended, and is kept for three years from the training; a
hygiene certificate is evidence of knowledge and by itself does not fulfil an employer's OSHA duty. Nothing is filled in
that the register does not hold: a qualification nobody recorded is named as one to ask for.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.dates import academy_zone, months_later
from certificates.models import Achievement, Standing, Supersession
from clinics import watching
from clinics.models import Clinic, SiteTraining, WatchItem
from clinics.watching import Row
from courses.models import Teaching

KEPT_MONTHS = 36
LONGEST_CELL = 800  # letters: a row of the PDF is never taller than a sheet
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Line:
    """One training: who did what, when, and how long the line is kept."""

    day: date
    content: str
    trainer: str
    qualification: str
    by_clinic: bool
    number: str = ""
    standing: str = ""
    ends_on: date | None = None
    notes: str = ""
    training: SiteTraining | None = None

    @property
    def keep_until(self) -> date:
        return months_later(self.day, KEPT_MONTHS)


@dataclass(frozen=True)
class Record:
    clinic: Clinic
    attendee: str
    job_title: str
    site: str
    lines: Sequence[Line]
    made_at: datetime
    is_refused: bool

    @property
    def statements(self) -> list[str]:
        return [evidence_sentence(), questions_sentence(), keeping_sentence(), trainer_sentence()]


def evidence_sentence() -> str:
    return _(
        "A certificate of %(academy)s is evidence of knowledge tested on a day. By itself it does not fulfil an "
        "employer’s OSHA training duty."
    ) % {"academy": settings.ACADEMY["name"]}


def questions_sentence() -> str:
    return _(
        "US: during the training people must be able to put questions to a knowledgeable trainer, and general material "
        "must be completed with what is specific to the site. The lines “on site” are what the clinic itself recorded."
    )


def keeping_sentence() -> str:
    return _("US: a training record is kept for 3 years from the date of the training (29 CFR 1910.1030(h)(2)).")


def trainer_sentence() -> str:
    return _(
        "For online training the record names the instructors of the course and the academy’s contact for questions. "
        "Their qualifications are not held in the register. Whom to ask: %(name)s, %(email)s."
    ) % {"name": settings.ACADEMY["contact_name"], "email": settings.ACADEMY["contact_email"]}


def record_of(clinic: Clinic, item: WatchItem) -> Record:
    """Everything this clinic may say of the holder of this item: certificates it watches, what these replaced while it
    was watched, and its own trainings."""
    holder = item.certificate.holder_id
    items = list(WatchItem.objects.filter(clinic=clinic, certificate__holder=holder).order_by("added_at"))
    rows = watching.rows_of(_recorded(items, holder))
    trainers = _trainers([row.certificate.achievement for row in rows])
    lines = [_tested(row, trainers[row.certificate.achievement_id]) for row in rows]
    lines += [
        _taught(training) for training in SiteTraining.objects.filter(item__in=items).select_related("item", "added_by")
    ]
    newest = item if item.ended_at is None else items[-1]
    return Record(
        clinic=clinic,
        attendee=(watching.newest(rows).name if rows else str(item.certificate.statement["holder"]["name"])),
        job_title=newest.job_title,
        site=newest.site,
        lines=sorted(lines, key=lambda line: line.day, reverse=True),
        made_at=timezone.now(),
        is_refused=any(each.refused_at for each in items),
    )


def _recorded(items: Sequence[WatchItem], holder: int) -> list[WatchItem]:
    """What is watched, and what left the list when the certificate that replaced it was put there: a renewal does not
    undo the training before it. Not what was refused, and not where the holder lets the older one lead nowhere."""
    watched = {each.certificate_id: each for each in items if each.is_watching}
    newer = dict(Supersession.objects.filter(older__holder=holder, is_shared=True).values_list("older", "newer"))
    refused = {each.certificate_id for each in items if each.refused_at}
    replaced = {
        each.certificate_id: each
        for each in items
        if each.certificate_id not in watched
        and each.certificate_id not in refused
        and _leads_to(watched, each.certificate_id, newer)
    }
    return [*watched.values(), *replaced.values()]


def _leads_to(watched: Container[int], certificate: int, newer: Mapping[int, int]) -> bool:
    """Whether one of these replaced it, or replaced what did."""
    passed: set[int] = set()
    while certificate in newer and certificate not in passed:
        passed.add(certificate)
        certificate = newer[certificate]
        if certificate in watched:
            return True
    return False


def _trainers(achievements: Iterable[Achievement]) -> dict[int, str]:
    """Who teaches it, and whom to ask: the instructors, if any are known, and the academy's contact."""
    achievements = list(achievements)
    courses = {each.course_id for each in achievements if each.course_id}
    programmes = {each.programme_id for each in achievements if each.programme_id}
    names: dict[tuple[str, int | None], list[str]] = {}
    teachings = Teaching.objects.filter(course__in=courses) | Teaching.objects.filter(course__programme__in=programmes)
    for teaching in teachings.select_related("user", "course").distinct().order_by("user__name", "pk"):
        for where in (("course", teaching.course_id), ("programme", teaching.course.programme_id)):
            if teaching.user.name and teaching.user.name not in names.setdefault(where, []):
                names[where].append(teaching.user.name)
    contact = _("Contact for questions: %(name)s") % {"name": settings.ACADEMY["contact_name"]}
    found: dict[int, str] = {}
    for each in achievements:
        taught = names.get(("course", each.course_id) if each.course_id else ("programme", each.programme_id), [])
        teachers = _("Instructors of the course: %(names)s. ") % {"names": ", ".join(taught)} if taught else ""
        found[each.pk] = f"{teachers}{contact}, {settings.ACADEMY['name']}"
    return found


STANDINGS = {
    Standing.REVOKED: lambda: _("revoked"),
    Standing.SUSPENDED: lambda: _("under review"),
    Standing.SUPERSEDED: lambda: _("replaced"),
    Standing.EXPIRED: lambda: _("expired"),
    Standing.VALID: lambda: _("valid"),
}


def _tested(row: Row, trainer: str) -> Line:
    certificate = row.certificate
    areas = ", ".join(certificate.statement.get("areas", []))
    return Line(
        day=certificate.issued_on,
        content=f"{row.title}: {areas}" if areas else row.title,
        trainer=trainer,
        qualification=_("Not held in the register: ask the academy’s contact"),
        by_clinic=False,
        number=certificate.grouped_code,
        standing=STANDINGS[certificate.standing](),
        ends_on=certificate.expires_on,
    )


def _taught(training: SiteTraining) -> Line:
    return Line(
        day=training.on,
        content=training.content,
        trainer=training.trainer,
        qualification=training.qualification,
        by_clinic=True,
        notes=training.notes,
        training=training,
    )


def told(record: Record) -> str:
    """The moment it was made, by the academy's clock."""
    return date_format(record.made_at.astimezone(academy_zone()), "j F Y, H:i e")


def _kind(line: Line) -> str:
    return _("On site, by the clinic") if line.by_clinic else _("Online, tested by the academy")


def plain(words: str) -> str:
    """What a spreadsheet would run as a formula is only words."""
    return f"'{words}" if words.lstrip(" ").startswith(FORMULAS) else words


def as_csv(record: Record) -> str:
    """One line a training; what it is evidence of stands in every line, since lines get copied."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(
        [
            _("Attendee"),
            _("Job title"),
            _("Site"),
            _("Date"),
            _("Kind"),
            _("Content"),
            _("Trainer or contact"),
            _("Qualification"),
            _("Certificate number"),
            _("Certificate today"),
            _("Valid through"),
            _("Keep until"),
            _("Notes"),
            _("What it is"),
        ]
    )
    for line in record.lines:
        writer.writerow(
            [
                plain(words)
                for words in (
                    record.attendee,
                    record.job_title,
                    record.site,
                    line.day.isoformat(),
                    _kind(line),
                    line.content,
                    line.trainer,
                    line.qualification,
                    line.number,
                    line.standing,
                    line.ends_on.isoformat() if line.ends_on else "",
                    line.keep_until.isoformat(),
                    line.notes,
                    _("Recorded by the clinic") if line.by_clinic else evidence_sentence(),
                )
            ]
        )
    return "\ufeff" + sheet.getvalue()  # so that a spreadsheet reads names with accents


def as_pdf(record: Record, *, by: User) -> bytes:
    """The same as a sealed file for the inspection folder."""
    from certificates import drawing, sealing

    rows = []
    for line in record.lines:
        number = f"{line.number}, {line.standing}" if line.number else _("on site")
        trainer = f"{line.trainer}. {_('Qualification')}: {line.qualification}"
        notes = f"{_('Notes')}: {line.notes}" if line.notes else ""
        first, *more = [*textwrap.wrap(line.content, LONGEST_CELL), *textwrap.wrap(notes, LONGEST_CELL)]
        rows.append([_day(line.day), first, trainer, number, _day(line.keep_until)])
        rows += [["", words, "", "", ""] for words in more]
    words = drawing.SummaryWords(
        title=_("Training record: %(name)s") % {"name": record.attendee},
        asked_by=f"{by.get_full_name()}, {record.clinic}",
        moment=told(record),
        facts=[
            (_("Attendee"), record.attendee),
            (_("Job title"), record.job_title or _("not recorded")),
            (_("Site"), record.site or str(record.clinic)),
        ],
        columns=[
            drawing.Column(_("Date"), 1.1),
            drawing.Column(_("Content"), 2.6),
            drawing.Column(_("Trainer or contact"), 2.2),
            drawing.Column(_("Certificate"), 2.2),
            drawing.Column(_("Keep until"), 1.1),
        ],
        rows=rows,
        footnotes=record.statements,
        issuer=settings.ACADEMY["name"],
    )
    reason = _("Training record for %(clinic)s") % {"clinic": record.clinic}
    return sealing.seal(drawing.summary(words), reason=reason, name=settings.ACADEMY["name"]).pdf


def _day(day: date) -> str:
    return date_format(day, "j M Y")
