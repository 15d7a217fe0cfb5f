"""A bulk check as something to keep: rows worst first, a table for spreadsheets, a sealed summary made in a job."""

from __future__ import annotations

import csv
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from certificates import drawing, sealing
from certificates.dates import academy_today, academy_zone
from certificates.storing import MOST_ORPHANS, ORPHANED, OURS, keep
from clinics.bulk import Answered, NameMatch
from clinics.models import BulkCheck, Clinic
from jobs.running import enqueue, job, sweeper
from quizzes.analysis.exporting import MARKER, plain

log = logging.getLogger("clinics")

JOB, SWEEP = "seal_summary", "sweep_summaries"
ROOT = "summaries"
Row = dict[str, Any]
STATES: dict[str, str | Promise] = {  # what needs doing first
    "revoked": gettext_lazy("Revoked"),
    "unknown": gettext_lazy("Not in the register"),
    "suspended": gettext_lazy("Under review"),
    "superseded": gettext_lazy("Replaced"),
    "expired": gettext_lazy("Expired"),
    "hygiene_renewal_due": gettext_lazy("Hygiene renewal due"),
    "expires_soon": gettext_lazy("Valid, expires soon"),
    "valid": gettext_lazy("Valid"),
}
MATCHES: dict[str, str | Promise] = {
    NameMatch.NO_MATCH: gettext_lazy("Another name"),
    NameMatch.MATCH: gettext_lazy("Same name"),
    NameMatch.NOT_ASKED: gettext_lazy("Not compared"),
}
STANDS = {"valid", "expires_soon", "hygiene_renewal_due"}


def remember(clinic: Clinic, answered: Iterable[Answered], *, by: User) -> BulkCheck:
    """Keep what was answered at this moment, and have the summary made."""
    with transaction.atomic():
        check = BulkCheck.objects.create(clinic=clinic, by=by, rows=[_kept(row) for row in answered])
        enqueue(JOB, str(check.pk), {"check_id": check.pk})
    return check


def _kept(row: Answered) -> Row:
    """Plain values: a later change of the certificate does not reach them."""
    said = row.answer.certificate if row.answer else None
    return {
        "line": row.asked.line,
        "typed": row.asked.typed,
        "code": row.code if said else "",
        "name": row.asked.name,
        "name_match": str(row.name_match),
        "holder": said.statement["holder"]["name"] if said else "",
        "title": said.statement["achievement"]["title"] if said else "",
        "state": str(row.state),
        "since": row.answer.since.isoformat() if row.answer and row.answer.since else "",
        "issued": said.issued_on.isoformat() if said else "",
        "expires": said.expires_on.isoformat() if said else "",
    }


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """What is bad, then names that differ, then the rest; within each as it was sent."""
    order = list(STATES)

    def place(row: Row) -> tuple[int, bool, int]:
        return order.index(row["state"]), row["name_match"] != NameMatch.NO_MATCH, row["line"]

    return sorted(rows, key=place)


def shown(rows: Iterable[Row]) -> list[Row]:
    """For a page: days as days again."""
    days = ("since", "issued", "expires")
    return [row | {name: date.fromisoformat(row[name]) if row[name] else None for name in days} for row in rows]


def counted(rows: Iterable[Row]) -> list[tuple[str, str | Promise, int]]:
    """(state, its words, how many), worst first, without the empty ones."""
    counts = Counter(row["state"] for row in rows)
    return [(state, words, counts[state]) for state, words in STATES.items() if counts[state]]


# --- For spreadsheets -----------------------------------------------------------------------------
HEADER = ("line", "code", "state", "since", "holder", "name asked", "name match", "title", "issued", "expires")


def to_csv(check: BulkCheck) -> str:
    """One row a code, in the order they were sent; words that no spreadsheet takes for a formula."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow([*HEADER, "checked at"])
    moment = check.checked_at.isoformat(timespec="seconds")
    for row in check.rows:
        cells = [row["line"], row["code"] or row["typed"], row["state"], row["since"], row["holder"], row["name"]]
        cells += [row["name_match"], row["title"], row["issued"], row["expires"], moment]
        writer.writerow([plain(cell) for cell in cells])
    return MARKER + file.getvalue()


# --- For the inspection folder --------------------------------------------------------------------
@job(JOB, queue="issuing")
def seal(payload: dict[str, Any]) -> None:
    """Draw, seal and store the summary of a check, once. A repeat draws again and the first one recorded stays."""
    check = BulkCheck.objects.select_related("clinic", "by").filter(pk=payload["check_id"]).first()
    if check is None or check.pdf_sha256:  # the clinic is gone, or it is made
        return
    with override(settings.LANGUAGE_CODE):
        words = words_of(check)
        pdf = drawing.summary(words)
        sealed = sealing.seal(pdf, reason=_("Sealed summary of a check"), name=settings.ACADEMY["name"])
    sha256 = hashlib.sha256(sealed.pdf).hexdigest()
    key = keep(f"{ROOT}/{sha256[:2]}/{sha256}.pdf", sealed.pdf)
    BulkCheck.objects.filter(pk=check.pk, pdf_sha256="").update(pdf_sha256=sha256, pdf_key=key)


def words_of(check: BulkCheck) -> drawing.SummaryWords:
    rows = worst_first(check.rows)
    stand = sum(row["state"] in STANDS for row in rows)
    differ = sum(row["name_match"] == NameMatch.NO_MATCH for row in rows)
    facts = [(_("Certificates asked for"), str(len(rows))), (_("Standing on that day"), str(stand))]
    facts += [(str(words), str(count)) for state, words, count in counted(rows) if state != "valid"]
    if differ:
        facts.append((_("Made out to another name"), str(differ)))
    return drawing.SummaryWords(
        title=_("Check of certificates"),
        asked_by=_("%(clinic)s, asked by %(person)s") % {"clinic": check.clinic, "person": check.by},
        moment=_moment(check.checked_at),
        columns=[
            drawing.Column(_("Certificate"), 2.4),  # even a number of wide letters stays on one line
            drawing.Column(_("Name and title"), 2.2),
            drawing.Column(_("State"), 1.4),
            drawing.Column(_("Issued"), 1),
            drawing.Column(_("Expires"), 1),
            drawing.Column(_("Name asked for"), 1.5),
        ],
        rows=[_cells(row) for row in rows],
        facts=facts,
        footnotes=[
            _("It says what the register answered at the time above. A certificate may change on any later day."),
            _("Check a certificate again at %(address)s.") % {"address": f"{settings.SITE_URL.partition('://')[2]}/v"},
        ],
        issuer=settings.ACADEMY["name"],
        locale=settings.LANGUAGE_CODE,
    )


def _cells(row: Row) -> Sequence[str]:
    state = str(STATES[row["state"]])
    if row["since"]:
        state = _("%(state)s since %(day)s") % {"state": state, "day": _day(row["since"])}
    asked = ""
    if row["name_match"] != NameMatch.NOT_ASKED:
        asked = _("%(name)s: %(match)s") % {"name": row["name"], "match": str(MATCHES[row["name_match"]]).lower()}
    named = ", ".join(part for part in (row["holder"], row["title"]) if part)
    return (
        row["code"] or row["typed"],
        named or "–",
        state,
        _day(row["issued"]),
        _day(row["expires"]),
        asked or row["name"] or "–",
    )


def _day(spelt: str) -> str:
    return date_format(date.fromisoformat(spelt), "j M Y") if spelt else "–"


def _moment(at: datetime) -> str:
    with timezone.override(academy_zone()):
        local = timezone.localtime(at)
        return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


def stored(check: BulkCheck) -> bytes | None:
    """The bytes that were sealed, or None when storage gives something else."""
    try:
        with storages["private"].open(check.pdf_key) as file:
            content: bytes = file.read()
    except OSError:
        log.exception("The summary of bulk check %s cannot be read.", check.pk)
        return None
    if hashlib.sha256(content).hexdigest() != check.pdf_sha256:
        log.error("The summary of bulk check %s is not the one that was sealed.", check.pk)
        return None
    return content


# --- What nobody can ask for any more -------------------------------------------------------------
@sweeper
def sweep_daily() -> None:
    enqueue(SWEEP, academy_today().isoformat())


@job(SWEEP, queue="issuing")
def sweep(_payload: dict[str, Any]) -> None:
    """Remove files under `summaries/` that no check names, a day after they were written: a killed worker left them,
    or their clinic is gone. A few at a time; and where most are named by none, a table is lost, and what is left is
    for a person to look at.
    """
    storage = storages["private"]
    orphans, named = _orphans(storage)
    if len(orphans) > max(MOST_ORPHANS, named):
        log.error("%s files under %s/ are named by no check, and %s are. None was removed.", len(orphans), ROOT, named)
        return
    for key in orphans[:MOST_ORPHANS]:
        log.info("Removing %s: no check names it.", key)
        storage.delete(key)


def _orphans(storage: Storage) -> tuple[list[str], int]:
    """Files of ours that are old and named by no check; how many are named."""
    before = timezone.now() - ORPHANED
    old: list[str] = []
    for folder in storage.listdir(ROOT)[0] if storage.exists(ROOT) else ():
        keys = (f"{ROOT}/{folder}/{name}" for name in storage.listdir(f"{ROOT}/{folder}")[1] if OURS.fullmatch(name))
        old += (key for key in keys if storage.get_modified_time(key) < before)
    if not old:
        return [], 0
    # Asked for only now: what is recorded meanwhile is younger than a day. Once, for each row is long to read past.
    named = set(BulkCheck.objects.exclude(pdf_key="").values_list("pdf_key", flat=True))
    orphans = [key for key in old if key not in named]
    return orphans, len(old) - len(orphans)
