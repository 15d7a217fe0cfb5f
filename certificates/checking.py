"""What the register answers about a code: for the check page, for the interface for programs, for a clinic's list."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from certificates.codes import grouped, is_well_formed
from certificates.dates import academy_day
from certificates.models import Certificate, Condition, Standing
from certificates.prepared import Prepared

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """A certificate and the one thing to say of it first; `since` is the day that began."""

    certificate: Certificate
    state: str  # a standing, or the condition that a standing certificate is shown with
    since: date | None = None
    newer: Certificate | None = None  # of a replaced one only when its holder shares it
    cause: str = ""  # why it was replaced, as a class: name_change, correction, renewal
    public_reason: str = ""  # why it was revoked, in the words for everyone
    conditions: tuple[Condition, ...] = ()

    @property
    def stands(self) -> bool:
        return self.state in {Standing.VALID, *Condition}

    @property
    def standing(self) -> str:
        return Standing.VALID if self.stands else self.state

    @property
    def expires_soon(self) -> bool:
        return Condition.EXPIRES_SOON in self.conditions


def look_up(code: str) -> Answer | None:
    """The answer for a normalised code; None when it is not in the register. At most three queries."""
    if not is_well_formed(code):
        return None
    for certificate in BY_CODE(code):
        if certificate.achievement.current_while_id is not None:
            keeping = HELD(certificate.holder_id, certificate.achievement.current_while_id)
            certificate.hygiene_lapsed_on = certificate.lapsed_without(keeping)
        return answer_of(certificate)
    return None


# What a check reads of a certificate, and what it never does: the proofs are long, and have pages of their own.
UNREAD = ("credential_text", "token", "achievement__areas", "achievement__sentences")
UNREAD_OF_NEWER = ("supersession__newer__snapshot", "supersession__newer__credential_text")
BY_CODE = Prepared(
    lambda code: (
        Certificate.objects.to_show()
        .select_related("status_entry")
        .defer(*UNREAD, *UNREAD_OF_NEWER)
        .filter(code=code)
        .order_by()
    ),
    "a code",
)
HELD = Prepared(
    lambda holder, achievement: (
        Certificate.objects.filter(holder=holder, achievement=achievement)
        .to_show()
        .defer(*UNREAD, *UNREAD_OF_NEWER, "snapshot")
        .order_by()
    ),
    -1,
    -2,
)


def answer_of(certificate: Certificate) -> Answer:
    """The worst news first. Asks the database only what `to_show` did not bring."""
    standing = certificate.standing
    if standing is Standing.REVOKED:
        revocation = certificate.revocation
        day = academy_day(revocation.revoked_at)
        return Answer(certificate, standing, since=day, public_reason=revocation.public_reason)
    if standing is Standing.SUSPENDED and certificate.suspended_at:
        return Answer(certificate, standing, since=academy_day(certificate.suspended_at))
    if standing is Standing.SUPERSEDED:
        replaced = certificate.supersession
        newer = replaced.newer if replaced.is_shared else None
        day = academy_day(replaced.superseded_at)
        return Answer(certificate, standing, since=day, newer=newer, cause=replaced.cause)
    if standing is Standing.EXPIRED:
        return Answer(
            certificate, standing, since=certificate.expires_on + timedelta(days=1), newer=_newer_than(certificate)
        )
    conditions = certificate.conditions
    state = next(iter(conditions), standing)
    lapsed = certificate.hygiene_lapsed_on if state is Condition.HYGIENE_RENEWAL_DUE else None
    return Answer(certificate, state, since=lapsed, conditions=conditions)


def _newer_than(certificate: Certificate) -> Certificate | None:
    held = Certificate.objects.filter(holder=certificate.holder_id, achievement=certificate.achievement_id)
    return held.filter(cycle__gt=certificate.cycle).order_by("-cycle", "-edition").first()


def describe(answer: Answer | None, *, now: datetime) -> dict[str, Any]:
    """The same answer for programs. An unknown code and one that is no code at all look the same."""
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    if answer is None:
        return {"state": UNKNOWN, "checked_at": moment}
    certificate, said = answer.certificate, answer.certificate.statement
    achievement = said["achievement"]
    described = {
        "code": certificate.grouped_code,
        "state": str(answer.standing),
        "conditions": [str(condition) for condition in answer.conditions],
        "expires_soon": answer.expires_soon,
        "achievement": {key: achievement[of] for key, of in ACHIEVEMENT.items() if of in achievement},
        "holder": {"name": said["holder"]["name"]},
        "issued": certificate.issued_on.isoformat(),
        "expires": certificate.expires_on.isoformat(),
        "since": answer.since.isoformat() if answer.since else None,
        "checked_at": moment,
        "evidence": _evidence(certificate),
    }
    if answer.state == Standing.REVOKED:
        described["reason"] = {"code": certificate.revocation.reason_code, "words": answer.public_reason}
    if answer.cause:
        described["cause"] = answer.cause
    if answer.newer is not None:
        described["replaced_by"] = grouped(answer.newer.code)
    return described


ACHIEVEMENT = {"name": "title", "slug": "slug", "version": "version"}


def _evidence(certificate: Certificate) -> dict[str, Any]:
    """Where a program reads the proofs; nothing that is not there."""
    found: dict[str, Any] = {"check": f"{settings.SITE_URL}{reverse('certificates:verify', args=[certificate.code])}"}
    if certificate.credential_sha256:
        found["credential"] = f"{settings.SITE_URL}/credentials/{certificate.uuid}"
    if hasattr(certificate, "status_entry"):
        entry = certificate.status_entry
        found["status_list"] = f"{settings.SITE_URL}/status/revocation/{entry.list_number}"
        found["index"] = entry.index
    return found
