"""The status lists as they are published: a signed credential over one bit for each place, renewed in time.

One process at a time writes them (the row of the key that signs is the lock), each version once. A bit of the list of
revocations is never cleared, because neither a revocation nor a supersession ever is; the list of suspensions follows.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from certificates import keys
from certificates.canonical import digest
from certificates.credentials import building, proofs
from certificates.credentials.vocabulary import CREDENTIALS
from certificates.models import IssuerKey, ListPurpose, Purpose, StatusEntry, StatusListPublication
from certificates.models.status import LENGTH

VALID_FOR = timedelta(days=7)
SIGNED_AGAIN_AFTER = timedelta(days=1)
VERSIONS_KEPT = 30
COUNTS_NO_MORE = {
    # Outside checkers know no “replaced”, so a replaced certificate counts as revoked for them.
    ListPurpose.REVOCATION: Q(certificate__revocation__isnull=False) | Q(certificate__supersession__isnull=False),
    ListPurpose.SUSPENSION: Q(certificate__suspensions__isnull=False, certificate__suspensions__reinstated_at=None),
}


def current(purpose: str, number: int) -> StatusListPublication | None:
    """The newest version of a list."""
    return StatusListPublication.objects.filter(purpose=purpose, list_number=number).order_by("-version").first()


def is_in_use(number: int) -> bool:
    """The first list always is."""
    return number == 1 or StatusEntry.objects.filter(list_number=number).exists()


def rebuild(now: datetime | None = None) -> None:
    """Publish every list that changed, or was last signed a day ago, or by a key that no longer counts."""
    now = now or timezone.now()
    newest = StatusEntry.objects.aggregate(newest=Max("list_number"))["newest"] or 1
    for number in range(1, newest + 1):
        for purpose in ListPurpose:
            if _is_stale(current(purpose, number), _bits(purpose, number), now):
                _publish(purpose, number, now)


def _bits(purpose: ListPurpose, number: int) -> bytes:
    """Index 0 is the left-most bit."""
    set_: Iterable[int] = (
        StatusEntry.objects.filter(COUNTS_NO_MORE[purpose], list_number=number)
        .values_list("index", flat=True)
        .distinct()
    )
    bits = bytearray(LENGTH // 8)
    for index in set_:
        bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)


def _is_stale(published: StatusListPublication | None, bits: bytes, now: datetime) -> bool:
    if published is None or published.bits_sha256 != hashlib.sha256(bits).hexdigest():
        return True
    if published.made_at <= now - SIGNED_AGAIN_AFTER:
        return True
    kid = json.loads(published.body)["proof"]["verificationMethod"].partition("#")[2]
    return not IssuerKey.objects.trusted().filter(kid=kid).exists()


def _publish(purpose: ListPurpose, number: int, now: datetime) -> None:
    key = keys.active(Purpose.CREDENTIAL)
    assert isinstance(key.private, Ed25519PrivateKey)  # noqa: S101  keys of this purpose are
    with transaction.atomic():
        # One writer at a time; what was committed before it came is in what it reads now.
        IssuerKey.objects.select_for_update(no_key=True).only("pk").get(pk=key.row.pk)
        before, bits = current(purpose, number), _bits(purpose, number)
        if not _is_stale(before, bits, now):
            return
        version = before.version + 1 if before else 1
        document = _document(purpose, number, bits, now)
        method = building.method(key.kid)
        signed = proofs.sign(document, key.private, method=method, created=building.spelt(now))
        body = json.dumps(signed, ensure_ascii=False, indent=2)
        StatusListPublication.objects.create(
            purpose=purpose,
            list_number=number,
            version=version,
            bits_sha256=hashlib.sha256(bits).hexdigest(),
            body=body,
            etag=digest(body),
            made_at=now,
            valid_until=now + VALID_FOR,
        )
        old = StatusListPublication.objects.filter(purpose=purpose, list_number=number)
        old.filter(version__lte=version - VERSIONS_KEPT).delete()


def _document(purpose: ListPurpose, number: int, bits: bytes, now: datetime) -> dict[str, Any]:
    address = building.list_address(purpose, number)
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": building.did(),
        "validFrom": building.spelt(now),
        "validUntil": building.spelt(now + VALID_FOR),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "encodedList": encoded(bits),
        },
    }


def encoded(bits: bytes) -> str:
    """Compressed without a time, so that equal lists are equal; multibase base64url."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, mtime=0)).decode().rstrip("=")
