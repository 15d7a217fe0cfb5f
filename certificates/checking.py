"""What the register answers about a code. (Checking a dropped PDF will stand here too.)"""

from dataclasses import dataclass
from datetime import date, timedelta

from certificates.codes import is_well_formed
from certificates.models import Certificate, Condition, Standing, academy_day


@dataclass(frozen=True)
class Answer:
    """A certificate and the one thing to say of it first; `since` is the day that began."""

    certificate: Certificate
    state: str  # a standing, or the condition that a standing certificate is shown with
    since: date | None = None
    newer: Certificate | None = None

    @property
    def stands(self) -> bool:
        return self.state in {Standing.VALID, *Condition}

    @property
    def expires_soon(self) -> bool:
        return Condition.EXPIRES_SOON in self.certificate.conditions


def look_up(code: str) -> Answer | None:
    """The answer for a normalised code; None when it is not in the register. At most three queries."""
    if not is_well_formed(code):
        return None
    certificate = Certificate.objects.to_show().filter(code=code).first()
    if certificate is None:
        return None
    standing = certificate.standing
    if standing is Standing.REVOKED:
        return Answer(certificate, standing, since=academy_day(certificate.revocation.revoked_at))
    if standing is Standing.EXPIRED:
        newer = (
            Certificate.objects.filter(
                holder=certificate.holder_id, achievement=certificate.achievement_id, cycle__gt=certificate.cycle
            )
            .order_by("-cycle")
            .first()
        )
        return Answer(certificate, standing, since=certificate.expires_on + timedelta(days=1), newer=newer)
    state = next(iter(certificate.conditions), standing)
    lapsed = certificate.hygiene_lapsed_on if state is Condition.HYGIENE_RENEWAL_DUE else None
    return Answer(certificate, state, since=lapsed)
