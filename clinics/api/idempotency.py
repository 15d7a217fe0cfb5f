"""A request that is sent again, because its answer got lost, gets the answer it got before."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinics.api.problems import Problem
from clinics.models import ApiKey, IdempotentAnswer
from jobs.running import sweeper

KEPT = timedelta(days=1)


def answered_once(api_key: ApiKey, key: str, asked: Any, answer: Callable[[], Any]) -> Any:
    """The answer to this key's first request. Of two at the same moment one is kept, and both get that one.

    Checking changes nothing, so both may do the work; no lock is held while they do.
    """
    sha256 = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    found = _kept(api_key, key)
    if found is None:
        said = answer()
        # As text: a program may send signs, and gets them back, that PostgreSQL takes in no JSON of its own.
        fresh = IdempotentAnswer(api_key=api_key, key=key, request_sha256=sha256, status=200, body=json.dumps(said))
        try:
            with transaction.atomic():
                IdempotentAnswer.objects.filter(api_key=api_key, key=key, made_at__lte=timezone.now() - KEPT).delete()
                fresh.save(force_insert=True)
        except IntegrityError:
            found = IdempotentAnswer.objects.get(api_key=api_key, key=key)
        else:
            return said
    if found.request_sha256 != sha256:
        raise Problem(
            422,
            "This idempotency key was used for another request. Use a new one.",
            errors=[{"place": "header.Idempotency-Key", "detail": "It came with another body before."}],
        )
    return json.loads(found.body)


def _kept(api_key: ApiKey, key: str) -> IdempotentAnswer | None:
    return IdempotentAnswer.objects.filter(api_key=api_key, key=key, made_at__gt=timezone.now() - KEPT).first()


@sweeper
def forget() -> None:
    """Answers hold names: they go after a day."""
    IdempotentAnswer.objects.filter(made_at__lte=timezone.now() - KEPT).delete()
