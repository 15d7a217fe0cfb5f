"""One trainee's go at a quiz: its clock, its writer, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jobs import final
from quizzes.models.quiz import Quiz, QuizVersion, ReviewWhen

if TYPE_CHECKING:
    from quizzes.models.item import ResponseEvent
    from quizzes.models.marking import Result
    from quizzes.papers import KeptAside, PaperItem
    from quizzes.reviewing import ReviewedItem

# item id, posted fields, epoch, seq, flagged (None: unchanged)
Answer = tuple[int, Mapping[str, list[str]], int, int, bool | None]


# The columns that saving an answer looks at.
SAVING = (
    *("quiz_id", "state", "mode", "deadline_at", "hard_deadline_at", "closed_by", "writer_epoch"),
    "quiz_version__behaviour",
)


class Mode(models.TextChoices):
    GRADED = "graded", _("graded")
    FOLLOW_UP = "follow_up", _("follow-up")
    PRACTICE = "practice", _("practice")
    PREVIEW = "preview", _("preview")


class State(models.TextChoices):
    """Running out of time is no state: it is computed from the deadline."""

    OPEN = "open", _("open")
    SUBMITTED = "submitted", _("handed in")
    GRADED = "graded", _("graded")
    VOID = "void", _("void")


class ClosedBy(models.TextChoices):
    TRAINEE = "trainee", _("the trainee")
    CLOCK = "clock", _("the clock")
    STAFF = "staff", _("staff")


class Outcome(models.TextChoices):
    """What became of a save."""

    APPLIED = "applied", _("applied")
    STALE = "stale", _("older than what is kept")
    LATE = "late", _("after the deadline")
    CLOSED = "closed", _("after handing in")
    OTHER_TAB = "other_tab", _("from a window that was taken over")
    NOT_NEXT = "not_next", _("against a step that was taken already")
    UNREADABLE = "unreadable", _("not an answer to this question")
    CHECKED = "checked", _("after the answer was checked")


class AttemptOver(Exception):
    """The attempt is closed, or its time has run out."""


class TakenOver(Exception):
    """Another window writes this attempt now."""


@dataclass(frozen=True)
class Saved:
    """The answer to a save: what became of it, and what is kept now.

    `epoch`, `seq` are those of the save itself when it was applied, else those of the attempt's writer and the kept
    response, so that a page can number its next save above them. `message` is words for the trainee, or "".
    """

    outcome: Outcome
    epoch: int
    seq: int
    message: str = ""


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of(self, trainee: User) -> Self:
        """The scope every page starts from; whose quiz and rules come along in the same query."""
        return self.filter(trainee=trainee).select_related("quiz_version", "quiz__course", "quiz__programme")

    def written_by(self, trainee: User) -> Self:
        """The same scope for saving an answer, many times a minute: only what a save looks at."""
        return self.filter(trainee=trainee).select_related("quiz_version").only(*SAVING)

    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def graded(self) -> Self:
        """Those that count: neither follow-ups nor practice."""
        return self.filter(mode=Mode.GRADED)

    def passed(self) -> Self:
        """Those whose latest result is a pass."""
        from quizzes.models.marking import Result

        latest = Result.objects.filter(attempt=OuterRef("pk")).order_by("-rev").values("passed")[:1]
        return self.filter(state=State.GRADED).annotate(has_passed=Subquery(latest)).filter(has_passed=True)

    def accepting(self, at: datetime) -> Self:
        """Open and within the hard deadline: the guard every write begins with."""
        return self.open().filter(Q(hard_deadline_at__isnull=True) | Q(hard_deadline_at__gte=at))

    def overdue(self, at: datetime) -> Self:
        """Open, and past the hard deadline."""
        return self.open().filter(hard_deadline_at__lt=at)


class Attempt(models.Model):
    trainee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    quiz_version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.GRADED)
    number = models.PositiveIntegerField()  # counted for each trainee, quiz and mode
    follows = models.ForeignKey(  # a follow-up names the passed attempt whose critical misses it puts again
        "self", models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    seed = models.BigIntegerField()
    declared_at = models.DateTimeField(null=True, blank=True)  # "this is my own work"
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True, blank=True)  # null: untimed
    hard_deadline_at = models.DateTimeField(null=True, blank=True)  # the deadline and the network's grace
    submitted_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy.choices, blank=True)
    writer_epoch = models.PositiveIntegerField(default=0)  # grows when a window claims the attempt
    saved_at = models.DateTimeField(null=True, blank=True)
    max_mark = models.PositiveIntegerField()
    # What was granted when it began (quizzes.deadlines.Allowance); what came later is in `granted_midway`.
    accommodation: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    read_outs = models.BooleanField(default=False)  # colours come with their L*, a*, b*; may be granted midway

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["state", "hard_deadline_at"], name="attempts_by_deadline"),)
        constraints = (
            models.UniqueConstraint(
                fields=["quiz", "trainee", "number"],
                condition=Q(mode="graded"),
                name="a_graded_attempt_has_its_number",
            ),
            models.UniqueConstraint(
                fields=["quiz", "trainee"],
                condition=Q(mode="graded", state="open"),
                name="one_graded_attempt_is_open_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["quiz", "trainee", "number"],
                condition=Q(mode="follow_up"),
                name="a_follow_up_has_its_number",
            ),
            models.UniqueConstraint(
                fields=["quiz", "trainee"],
                condition=Q(mode="follow_up", state="open"),
                name="one_follow_up_is_open_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["quiz", "trainee", "number"],
                condition=Q(mode="practice"),
                name="a_practice_round_has_its_number",
            ),
            models.UniqueConstraint(
                fields=["quiz", "trainee"],
                condition=Q(mode="practice", state="open"),
                name="one_practice_round_is_open_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(mode="follow_up", follows__isnull=False) | (~Q(mode="follow_up") & Q(follows__isnull=True)),
                name="a_follow_up_follows_an_attempt",
            ),
            models.CheckConstraint(
                condition=~Q(mode="graded") | Q(declared_at__isnull=False),
                name="a_graded_attempt_is_declared_own_work",
            ),
            models.CheckConstraint(
                condition=Q(state="open", submitted_at__isnull=True)
                | (~Q(state="open") & Q(submitted_at__isnull=False)),
                name="a_closed_attempt_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quiz_id} · {self.trainee_id} · {self.mode} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("quizzes:attempt", args=[self.pk])

    def get_result_url(self) -> str:
        return reverse("quizzes:result", args=[self.pk])

    # Its clock

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_graded(self) -> bool:
        return self.state == State.GRADED

    @property
    def is_follow_up(self) -> bool:
        return self.mode == Mode.FOLLOW_UP

    @property
    def is_practice(self) -> bool:
        """A round of a practice quiz: as often as one likes, and it never counts."""
        return self.mode == Mode.PRACTICE

    def is_over(self, at: datetime | None = None) -> bool:
        """Closed, or nobody may write any more: whoever POSTs next closes it."""
        if not self.is_open:
            return True
        return self.hard_deadline_at is not None and self.hard_deadline_at < (at or timezone.now())

    # Writing it

    def claim(self) -> int:
        """Make the calling window the writer; returns its epoch. Raises AttemptOver."""
        from quizzes import saving

        return saving.claim(self)

    def save_answer(
        self,
        item_id: int,
        data: Mapping[str, list[str]],
        *,
        epoch: int,
        seq: int,
        client: str,
        flagged: bool | None = None,
        active: int = 0,
    ) -> Saved:
        """Keep one answer, guard first. Raises Item.DoesNotExist for an item of another paper; never for an answer.

        `data` is what the item's controls hold, names without the prefix. The larger (epoch, seq) wins in whatever
        order saves arrive; each is remembered as an event. Safe to repeat. `active` is how many seconds the question
        was in view, 0 where nobody counted.
        """
        from quizzes import saving

        return saving.save(self, item_id, data, epoch=epoch, seq=seq, client=client, flagged=flagged, active=active)

    def kept_aside(self) -> list[KeptAside]:
        """Answers that arrived from a window that was taken over and are not what counts: to be offered back."""
        from quizzes import papers

        return papers.kept_aside(self)

    def take_back(self, event: ResponseEvent, *, epoch: int, seq: int, client: str) -> Saved:
        """“Use this answer”: save a kept-aside answer as the writer's own."""
        from quizzes import saving

        return saving.take_back(self, event, epoch=epoch, seq=seq, client=client)

    # Ending it

    def submit(
        self,
        answers: Iterable[Answer],
        *,
        client: str,
        epoch: int | None = None,
        active: Mapping[int, int] = MappingProxyType({}),
    ) -> Result | None:
        """Keep all answers, close and grade, in one transaction. Safe to repeat: returns the result that stands.

        After the deadline the attempt is closed with what was saved, and these answers are kept as late events.
        With `epoch` it raises TakenOver when another window has claimed the attempt since.
        None only while a person has still to mark it.
        """
        from quizzes import handing_in

        return handing_in.submit(self, answers, client=client, epoch=epoch, active=active)

    def close_if_over(self, at: datetime | None = None) -> bool:
        """Close and grade an attempt whose time ran out; True when this call did it. For POSTs and the sweep."""
        from quizzes import handing_in

        return handing_in.close_if_over(self, at or timezone.now())

    # Reading it

    def paper(self) -> list[PaperItem]:
        """What is asked and what is answered, in order, without any key; one query."""
        from quizzes import papers

        return papers.read(self)

    @cached_property
    def result(self) -> Result | None:
        """The latest result, or None before it is graded."""
        return self.results.order_by("-rev").first()

    def shows(self, what: str) -> bool:
        """May the trainee see this part of the closed attempt now? One of score, answers, key, feedback."""
        from quizzes import reviewing

        return reviewing.shows(self, what)

    def review(self) -> list[ReviewedItem]:
        """The closed paper as the review policy lets the trainee see it; a constant number of queries."""
        from quizzes import reviewing

        return reviewing.review(self)

    def open_feedback(self) -> None:
        """Remember that its feedback page was opened; the next follow-up may begin then. A POST."""
        if self.is_graded:
            FeedbackOpened.objects.get_or_create(attempt=self)

    def review_when(self, what: str) -> ReviewWhen:
        return ReviewWhen(self.quiz_version.review.get(what, ReviewWhen.NEVER))


class FeedbackOpened(models.Model):
    """When a trainee first opened the feedback on an attempt."""

    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="feedback_opened")
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "feedback opened"

    def __str__(self) -> str:
        return f"{self.attempt_id} · {self.opened_at:%Y-%m-%d}"


# What an attempt was begun as stays; what happens to it may still happen. `deadline_at` moves when time is granted, and
# `read_outs` when they are.
final.protect(
    Attempt,
    update=(
        "state",
        "deadline_at",
        "hard_deadline_at",
        "submitted_at",
        "closed_by",
        "writer_epoch",
        "saved_at",
        "read_outs",
    ),
)
final.protect(FeedbackOpened)
