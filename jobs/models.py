"""Work that must not be lost: the row is the job, a message only a hint that it waits."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> Self:
        """Queued and due, or claimed by someone whose lease ran out."""
        now = timezone.now()
        return self.filter(Q(state=Job.State.QUEUED, due_at__lte=now) | Q(state=Job.State.RUNNING, lease_until__lt=now))

    def parked(self) -> Self:
        return self.filter(state=Job.State.PARKED)


class Job(models.Model):
    """One piece of work. `kind` and `key` name it once and for all, so that asking twice asks once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    queue = models.CharField(max_length=20, default="default")
    due_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="a_job_is_asked_for_once"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="a_running_job_has_a_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="jobs_by_state_and_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def retry(self) -> None:
        """Put a parked job back in the queue, with its tries forgotten."""
        Job.objects.filter(pk=self.pk, state=Job.State.PARKED).update(
            state=Job.State.QUEUED, tries=0, error="", due_at=timezone.now()
        )


class Mail(models.Model):
    """One letter, and what became of it. Bodies that hold a code are blanked once delivered."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept: no mail server is set")
        FAILED = "failed", _("Failed")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    to = models.EmailField(max_length=254)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="mails")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    holds_secret = models.BooleanField(default=False, help_text=_("A code or a link that opens a door."))
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [models.Index(fields=["-created_at"], name="letters_newest_first")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class Heartbeat(models.Model):
    """When a process of this name was last seen at work."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str) -> None:
        values: dict[str, Any] = {"at": timezone.now()}
        if not cls.objects.filter(name=name).update(**values):
            cls.objects.get_or_create(name=name, defaults=values)
