"""Putting certificates on a clinic's staff list, and reading the list by what needs doing first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from certificates.codes import grouped, is_well_formed, normalise
from certificates.dates import academy_day
from certificates.models import Certificate, Condition, Standing
from clinics.currency import tell_of_each_other
from clinics.models import Clinic, WatchItem
from jobs.mail import send_letter
from jobs.models import Mail

MOST_AT_ONCE = 50
MOST_WATCHED = 500
TOLD_AGAIN_AFTER = timedelta(days=30)  # a holder who was told of a clinic and a certificate
REFUSED = "refused"

NOW, SOON, CURRENT, SILENT = "now", "soon", "current", "refused"
GROUPS = {
    NOW: gettext_lazy("Needs action now"),
    SOON: gettext_lazy("Ends within 60 days"),
    CURRENT: gettext_lazy("Current"),
    SILENT: gettext_lazy("Refused by the holder"),
}
# What is read first stands first.
GROUP_OF = {
    Standing.REVOKED: NOW,
    Standing.SUSPENDED: NOW,
    Standing.EXPIRED: NOW,
    Condition.HYGIENE_RENEWAL_DUE: NOW,
    Standing.SUPERSEDED: NOW,
    Condition.EXPIRES_SOON: SOON,
    Standing.VALID: CURRENT,
    REFUSED: SILENT,
}
ORDER = {str(state): place for place, state in enumerate(GROUP_OF)}


@dataclass(frozen=True)
class Row:
    """One line of the staff list: what the check page would say of the certificate, and since or until when."""

    item: WatchItem
    certificate: Certificate
    state: str
    since: date | None = None

    @property
    def group(self) -> str:
        return GROUP_OF[self.state]

    @property
    def name(self) -> str:
        """As it is printed."""
        return str(self.certificate.statement["holder"]["name"])

    @property
    def title(self) -> str:
        return str(self.certificate.statement["achievement"]["title"])

    @property
    def ends_soon_too(self) -> bool:
        return self.state == Condition.HYGIENE_RENEWAL_DUE and Condition.EXPIRES_SOON in self.certificate.conditions

    @property
    def newer(self) -> Certificate | None:
        """What replaced it, if its holder lets the older one lead there."""
        if self.state != Standing.SUPERSEDED or not self.certificate.supersession.is_shared:
            return None
        return self.certificate.supersession.newer

    @property
    def words(self) -> str:
        """What a search looks through."""
        item = self.item
        return f"{self.name} {self.title} {item.job_title} {item.site} {self.certificate.grouped_code}".casefold()


def rows_of(items: Iterable[WatchItem]) -> list[Row]:
    """The lines for these items, in order: three queries, however many there are."""
    items = list(items)
    found = {each.pk: each for each in Certificate.objects.to_show().filter(pk__in={i.certificate_id for i in items})}
    tell_of_each_other(list(found.values()))
    rows = [_row(item, found[item.certificate_id]) for item in items]
    return sorted(rows, key=lambda row: (ORDER[row.state], row.certificate.expires_on, row.name.casefold()))


def _row(item: WatchItem, certificate: Certificate) -> Row:
    if item.refused_at:
        return Row(item, certificate, REFUSED, academy_day(item.refused_at))
    standing = certificate.standing
    if standing is Standing.REVOKED:
        return Row(item, certificate, standing, academy_day(certificate.revocation.revoked_at))
    if standing is Standing.SUSPENDED and certificate.suspended_at:
        return Row(item, certificate, standing, academy_day(certificate.suspended_at))
    if standing is Standing.SUPERSEDED:
        return Row(item, certificate, standing, academy_day(certificate.supersession.superseded_at))
    if standing is Standing.EXPIRED:
        return Row(item, certificate, standing, certificate.expires_on + timedelta(days=1))
    state = str(next(iter(certificate.conditions), standing))
    return Row(item, certificate, state, certificate.hygiene_lapsed_on if state == "hygiene_renewal_due" else None)


def newest(rows: Iterable[Row]) -> Row:
    """Of one person's lines the one whose certificate came last: it carries the name of today."""
    return max(rows, key=lambda row: (row.item.is_watching, row.certificate.issued_at, row.certificate.pk))


def counted(rows: Sequence[Row]) -> list[tuple[str, Any, int]]:
    """(group, its words, how many), every group of them."""
    numbers = Counter(row.group for row in rows)
    return [(group, words, numbers[group]) for group, words in GROUPS.items()]


def grouped_rows(rows: Sequence[Row]) -> list[tuple[str, Any, list[Row]]]:
    """The groups that have any."""
    return [
        (group, words, found)
        for group, words in GROUPS.items()
        if (found := [row for row in rows if row.group == group])
    ]


@dataclass(frozen=True)
class Outcome:
    """What became of one code that was typed."""

    typed: str
    item: WatchItem | None = None
    problem: str = ""
    is_told: bool = False  # its holder, by letter


def codes_in(text: str) -> list[str]:
    """The codes of a paste: one a line, or parted by commas; links to a check page count as their codes."""
    parts = [re.sub(r"^.*/v/", "", part.strip(), flags=re.IGNORECASE) for part in re.split(r"[\n\r,;\t]+", text)]
    return list(dict.fromkeys(part.partition("/")[0] for part in parts if part))


def add(clinic: Clinic, typed: str, *, by: User, job_title: str = "", site: str = "", note: str = "") -> Outcome:
    """Put the certificate with this code on the list and tell its holder of it, or say in words why not."""
    code = normalise(typed)
    shown = grouped(code) if is_well_formed(code) else typed[:40]
    certificate = None
    if is_well_formed(code):
        certificate = Certificate.objects.select_related("holder").filter(code=code).first()
    if certificate is None:  # malformed or unknown: the same answer
        return Outcome(shown, problem=_("No certificate has this number. Compare it with the paper."))
    before = WatchItem.objects.filter(clinic=clinic, certificate=certificate)
    if before.filter(refused_at__isnull=False).exists():
        return Outcome(
            shown, problem=_("The holder refused that you watch it. Only the holder can change that; talk to them.")
        )
    if before.listed().exists():
        return Outcome(shown, problem=_("It is on your list already."))
    if WatchItem.objects.filter(clinic=clinic).listed().count() >= MOST_WATCHED:
        return Outcome(
            shown, problem=_("Your list holds %(most)d certificates, and no more fit.") % {"most": MOST_WATCHED}
        )
    try:
        with transaction.atomic():
            item = WatchItem.objects.create(
                clinic=clinic, certificate=certificate, job_title=job_title, site=site, note=note, added_by=by
            )
            is_told = _is_holder_to_be_told(item)
            if is_told:
                _tell_holder(item)
    except IntegrityError:  # somebody else of the clinic was quicker
        return Outcome(shown, problem=_("It is on your list already."))
    return Outcome(shown, item=item, is_told=is_told)


def is_to_be_told(now: datetime, *, told_at: datetime | None, allowed_at: datetime | None) -> bool:
    """Off the list and on again is no news for a while; after a refusal that was lifted it is."""
    if told_at is None or now - told_at >= TOLD_AGAIN_AFTER:
        return True
    return allowed_at is not None and allowed_at > told_at


def _is_holder_to_be_told(item: WatchItem) -> bool:
    """Asked once the line is on the list: until then somebody else may be putting it there."""
    earlier = WatchItem.objects.filter(clinic=item.clinic_id, certificate=item.certificate_id).exclude(pk=item.pk)
    lines = dict(earlier.values_list("pk", "allowed_again_at"))
    letters = Mail.objects.filter(key__in=[_letter_key(pk) for pk in lines])
    return is_to_be_told(
        item.added_at,
        told_at=letters.aggregate(last=Max("created_at"))["last"],
        allowed_at=max((at for at in lines.values() if at), default=None),
    )


def _letter_key(pk: int) -> str:
    return f"watched:{pk}"


def _tell_holder(item: WatchItem) -> None:
    holder = item.certificate.holder
    send_letter(
        key=_letter_key(item.pk),
        kind="watched",
        to=holder.email,
        user=holder,
        template="clinics/email/watched",
        context={"item": item, "clinic": item.clinic, "statement": item.certificate.statement, "holder": holder},
    )


def watch_newer(row: Row, *, by: User) -> Outcome:
    """Watch what replaced it, with the same words of the clinic; the older one leaves the list."""
    newer, item = row.newer, row.item
    if newer is None:
        return Outcome(row.certificate.grouped_code, problem=_("Its holder does not show which one replaced it."))
    with transaction.atomic():
        item.end(by=by)  # first, for on a full list it makes the room
        outcome = add(item.clinic, newer.code, by=by, job_title=item.job_title, site=item.site, note=item.note)
        if not WatchItem.objects.filter(clinic=item.clinic, certificate=newer).watching().exists():
            transaction.set_rollback(True)
    return outcome
