"""How a clinic's machines ask: keys that are stored only as hashes, and answers that a repeat gets again."""

from __future__ import annotations

import hashlib
import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinics.models.clinic import Clinic


class Scope(models.TextChoices):
    VERIFY = "verify", _("Check certificates in bulk and by document")
    CHANGES = "changes", _("Read changes of watched certificates")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class ApiKey(models.Model):
    """A key a clinic gave to a program. The whole key is shown once; we keep its hash."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="api_keys")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    sha256 = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="who_revoked_an_api_key_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clinic}: {self.label} ({self.prefix}…)"

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def scope_words(self) -> list[str]:
        """What it may do, for people."""
        return [str(scope.label) for scope in Scope if scope in self.scopes]

    @staticmethod
    def new_secret() -> tuple[str, str, str]:
        """(the whole key, its prefix, the hash that is kept)."""
        prefix = f"stp_{secrets.token_hex(4)}"
        whole = f"{prefix}_{secrets.token_urlsafe(32)}"
        return whole, prefix, hashlib.sha256(whole.encode()).hexdigest()


class IdempotentAnswer(models.Model):
    """What a request with an idempotency key was answered: its repeat within a day gets the same."""

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)  # the same key with another body is a mistake
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="an_idempotency_key_is_used_once")]

    def __str__(self) -> str:
        return self.key
