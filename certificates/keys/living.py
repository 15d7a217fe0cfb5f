"""How a key comes into use and goes out of it again. Each is one transaction; the database settles a race."""

from datetime import timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from certificates.keys.chain import fingerprint
from certificates.keys.holding import KeysMissing
from certificates.models import Certificate, IssuerKey, Purpose

CACHE_LIFETIME = timedelta(hours=1)  # the longest anyone may go on using our published keys without asking again


class KeyRefused(Exception):
    """What was asked of a key cannot be; says why and what to do."""


def _found(kid: str) -> IssuerKey:
    row = IssuerKey.objects.select_for_update().filter(kid=kid).first()
    if row is None:
        raise KeyRefused(f"There is no key {kid}. “manage.py keys list” shows all.")
    if row.compromised_at:
        raise KeyRefused(f"{kid} is compromised, and stays so.")
    return row


def activate(kid: str, *, now: bool = False) -> IssuerKey | None:
    """Sign with this key from now on; the former is retired in the same moment. Returns the former."""
    from certificates.keys import probing

    moment = timezone.now()
    try:
        with transaction.atomic():
            row = _found(kid)
            if row.is_active:
                raise KeyRefused(f"{kid} is active already.")
            if row.retired_at:
                raise KeyRefused(f"{kid} is retired. Make a new key instead.")
            ready_at = row.published_at + CACHE_LIFETIME
            if moment < ready_at and not now:
                raise KeyRefused(
                    f"{kid} was published less than an hour ago, and others may not know it yet. "
                    f"Wait until {ready_at:%H:%M} UTC, or say --now."
                )
            try:
                probing.probe(row)
            except KeysMissing as error:
                raise KeyRefused(str(error)) from error
            former = IssuerKey.objects.for_(row.purpose).signing().select_for_update().first()
            if former:
                _end(former, retired_at=moment, why=f"Replaced by {kid}.")
            waiting = IssuerKey.objects.filter(kid=kid, active_from=None, retired_at=None, compromised_at=None)
            if not waiting.update(active_from=moment):
                raise KeyRefused(f"{kid} was changed by someone else at this moment. Look at “manage.py keys list”.")
    except IntegrityError as error:
        raise KeyRefused(
            "Another key was activated at this moment, so nothing was changed. Look at “manage.py keys list”."
        ) from error
    except DatabaseError as error:
        raise KeyRefused(f"The database did not do it, so nothing was changed: {error}") from error
    return former


def retire(kid: str, *, why: str) -> IssuerKey:
    """Take it out of use. What it signed goes on counting."""
    with transaction.atomic():
        row = _found(kid)
        if row.retired_at:
            raise KeyRefused(f"{kid} is retired already.")
        _end(row, retired_at=timezone.now(), why=why)
    return row


def compromise(kid: str, *, why: str) -> IssuerKey:
    """Somebody else may hold it: nothing it ever signed counts any more. Cannot be taken back."""
    if not why.strip():
        raise KeyRefused("Say why, for the record: --why “…”.")
    with transaction.atomic():
        row = _found(kid)
        _end(row, compromised_at=timezone.now(), why=why)
    return row


def _end(row: IssuerKey, **changes: object) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))


def signed_by(row: IssuerKey) -> "QuerySet[Certificate]":
    """The certificates that rest on this key."""
    from certificates import tokens

    if row.purpose == Purpose.CREDENTIAL:
        return Certificate.objects.filter(credential_kid=row.kid)
    if row.purpose == Purpose.SEAL:
        return Certificate.objects.filter(seal_fingerprint=fingerprint(row))
    return Certificate.objects.filter(token__regex=tokens.begins(row.number))
