"""A clinic that checks many at once, and gave keys to its programs: one that counts, one expired, one revoked."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate
from clinics import access, bulk, summarising
from clinics.models import ApiKey, BulkCheck, Clinic
from clinics.models.access import Scope


def check_many(clinic: Clinic, certificates: dict[str, Certificate], *, by: User) -> BulkCheck:
    """A certificate of every standing, names that match and one that does not, and two that nobody has."""
    lines = [f"{each.grouped_code}, {each.statement['holder']['name']}" for each in certificates.values()]
    lines += [f"{certificates['soon'].code}, Sarah Sooner", "7K3M-9Q2X-4T8B-0HZV, Noor Saar", "not a number"]
    return summarising.remember(clinic, bulk.check(bulk.read_paste("\n".join(lines))), by=by)


def give_keys(clinic: Clinic, *, by: User) -> ApiKey:
    """Answers with the one that counts."""
    counts, _whole = access.make(clinic, label="Rota planner", scopes=Scope, days=90, by=by)
    access.note_use(counts)
    expired, _whole = access.make(clinic, label="Trial of the wage system", scopes=[Scope.VERIFY], days=30, by=by)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=3))
    revoked, _whole = access.make(clinic, label="Old rota planner", scopes=[Scope.CHANGES], days=365, by=by)
    access.revoke(revoked, by=by)
    return counts
