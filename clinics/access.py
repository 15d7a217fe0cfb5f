"""Keys a clinic gives to its programs: made once, shown once, kept as a hash.

A key carries 256 random bits. A plain SHA-256 keeps it: slow hashes protect words that people think of and that a
thief could try out; nobody tries out 2^256. A fast one also means that a request costs one look-up, and no waiting.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from clinics.models import ApiKey, Clinic
from clinics.models.access import Scope

MOST_KEYS = 20  # usable at a time for one clinic
LIFETIMES = (30, 90, 365)  # days
WHOLE = re.compile(r"^(stp_[0-9a-f]{8})_[A-Za-z0-9_-]{43}$")


def make(clinic: Clinic, *, label: str, scopes: Iterable[Scope], days: int, by: User) -> tuple[ApiKey, str]:
    """(the row, the whole key). Nobody can read the whole key again, not even we."""
    whole, prefix, sha256 = ApiKey.new_secret()
    key = ApiKey.objects.create(
        clinic=clinic,
        label=label,
        prefix=prefix,
        sha256=sha256,
        scopes=sorted(str(Scope(scope)) for scope in scopes),
        made_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return key, whole


def find(whole: str) -> ApiKey | None:
    """The key that was sent, if it counts. Wrong, expired and revoked are one answer: None."""
    shape = WHOLE.match(whole)
    if shape is None:
        return None
    key = ApiKey.objects.usable().select_related("clinic").filter(prefix=shape[1]).first()
    sha256 = hashlib.sha256(whole.encode()).hexdigest()
    # Without a row the comparison is done all the same, with something that nothing hashes to.
    if not hmac.compare_digest(key.sha256 if key else "-" * 64, sha256):
        return None
    return key


def note_use(key: ApiKey) -> None:
    """Remember the day a key was last used: one write a day, not one a request."""
    today = timezone.now().date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).exclude(last_used_on=today).update(last_used_on=today)
        key.last_used_on = today


def revoke(key: ApiKey, *, by: User) -> None:
    """The key counts no more, from this moment on. Only the first revocation is remembered."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)
