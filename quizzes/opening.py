"""Whether a quiz is open to a trainee, and if not, why not, in words and with the way on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from courses.models import Course, Enrolment, Lesson, Review, Studied
from quizzes import accommodating, renewals
from quizzes.completing import held_round
from quizzes.deadlines import NOTHING, Allowance
from quizzes.models.attempt import Attempt, Mode, State
from quizzes.models.marking import Result
from quizzes.models.quiz import Quiz, QuizVersion
from quizzes.renewals import Period


@dataclass(frozen=True)
class Link:
    text: str
    href: str


@dataclass(frozen=True)
class Reason:
    """Why it is closed. Codes: not_enrolled, unpublished, prerequisites, courses, lessons, name, not_yet, closed,
    passed, window, review, practice, marking; when beginning also declaration, pool, no_follow_up, feedback_first."""

    code: str
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Opening:
    quiz: Quiz
    version: QuizVersion | None
    reasons: tuple[Reason, ...] = ()
    opens_at: datetime | None = None  # when the clock alone will open it
    attempts_allowed: int = 0  # in any `window_hours` hours
    attempts_left: int = 0
    window_hours: int = 0
    open_attempt: Attempt | None = None  # to be continued
    overdue_attempt: Attempt | None = None  # its time is up and nobody has closed it yet: the next POST or sweep will
    open_follow_up: Attempt | None = None
    waiting_attempt: Attempt | None = None  # handed in; people have still to mark an answer on it
    follow_up_after: Attempt | None = None  # the round whose critical misses are to be put again; None: nothing is due
    review_lessons: tuple[Lesson, ...] = ()  # to be marked reviewed before the next attempt
    attempts: tuple[Attempt, ...] = ()  # the graded ones, latest first, each with `.result`
    passed_attempt: Attempt | None = None
    allowance: Allowance = NOTHING  # what the trainee was granted beyond the rules
    renewal_since: datetime | None = None  # passed before, and to be passed again to renew what it earned

    @property
    def granted(self) -> list[str]:
        """What they were granted, a line each; why is nobody's business here."""
        return accommodating.words(self.allowance)

    @property
    def minutes(self) -> int | None:
        """The time limit as it is for this trainee."""
        seconds = self.allowance.seconds(self.version.time_limit_seconds) if self.version else None
        return None if seconds is None else seconds // 60

    @property
    def is_open(self) -> bool:
        """A new attempt may begin (or the open one goes on)."""
        return not self.reasons

    @property
    def passed(self) -> bool:
        return self.passed_attempt is not None

    @property
    def is_clear(self) -> bool:
        """Passed, and nothing is held back for a missed critical item."""
        return self.passed and self.follow_up_after is None

    @property
    def follow_up_is_ready(self) -> bool:
        """The feedback on the last round was opened, so the missed items may be put again."""
        return self.follow_up_after is not None and hasattr(self.follow_up_after, "feedback_opened")

    def reason(self, code: str) -> Reason | None:
        return next((reason for reason in self.reasons if reason.code == code), None)

    def refused(self, reason: Reason) -> Closed:
        return Closed(replace(self, reasons=(*self.reasons, reason)))


class Closed(Exception):
    """The quiz cannot be begun now; `opening.reasons` say why."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(" ".join(reason.text for reason in opening.reasons))
        self.opening = opening


def look(quiz: Quiz, trainee: User, at: datetime | None = None) -> Opening:
    return look_all([quiz], trainee, at)[quiz.pk]


def look_all(quizzes: Iterable[Quiz], trainee: User, at: datetime | None = None) -> dict[int, Opening]:
    """By quiz id, for any number of quizzes in the same number of queries. Reads only."""
    quizzes = list(quizzes)
    now = at or timezone.now()
    facts = _Facts.gather(quizzes, trainee)
    return {quiz.pk: _look(quiz, trainee, facts, now) for quiz in quizzes}


@dataclass
class _Facts:
    """Everything the rules ask about, for all the quizzes of a page at once."""

    courses: dict[int, list[Course]] = field(default_factory=dict)  # by quiz: its course, or the programme's
    enrolled: set[int] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)
    prerequisites: dict[int, list[Course]] = field(default_factory=dict)  # by course
    lessons: dict[int, list[Lesson]] = field(default_factory=dict)  # by course
    studied: set[int] = field(default_factory=set)
    reviewed: dict[int, datetime] = field(default_factory=dict)  # by lesson: the last time
    attempts: dict[int, list[Attempt]] = field(default_factory=dict)  # by quiz, first to last, each with its result
    allowances: dict[int, Allowance] = field(default_factory=dict)  # by quiz
    renewals: dict[int, list[datetime]] = field(default_factory=dict)  # by quiz: since when a pass is asked for anew

    @classmethod
    def gather(cls, quizzes: list[Quiz], trainee: User) -> _Facts:
        facts = cls()
        programmes = [quiz.programme_id for quiz in quizzes if quiz.programme_id]
        by_programme: dict[int, list[Course]] = {}
        for course in Course.objects.offered().filter(programme__in=programmes) if programmes else ():
            by_programme.setdefault(course.programme_id, []).append(course)
        for quiz in quizzes:
            facts.courses[quiz.pk] = [quiz.course] if quiz.course else by_programme.get(quiz.programme_id or 0, [])
        courses = {course.pk for group in facts.courses.values() for course in group}
        for course_id, done in Enrolment.objects.of(trainee).values_list("course", "completion"):
            facts.enrolled.add(course_id)
            if done:
                facts.completed.add(course_id)
        needs = Course.prerequisites.through.objects.filter(from_course__in=courses).select_related("to_course")
        for need in needs:
            facts.prerequisites.setdefault(need.from_course_id, []).append(need.to_course)
        lessons = Lesson.objects.current().filter(course__in=courses).select_related("course")
        for lesson in lessons.defer("current__blocks", "current__text", "current__facts"):
            facts.lessons.setdefault(lesson.course_id, []).append(lesson)
        facts.studied = set(Studied.objects.filter(enrolment__trainee=trainee).values_list("lesson", flat=True))
        reviews = Review.objects.filter(enrolment__trainee=trainee).order_by().values("lesson")
        facts.reviewed = {row["lesson"]: row["last"] for row in reviews.annotate(last=Max("reviewed_at"))}
        facts._gather_attempts(quizzes, trainee)
        facts.allowances = accommodating.allowances(trainee, quizzes)
        # Only what was passed can be asked for anew.
        passed = {a.quiz_id for mine in facts.attempts.values() for a in mine if a.result and a.result.passed}
        facts.renewals = renewals.moments(trainee.pk, [quiz for quiz in quizzes if quiz.pk in passed])
        return facts

    def _gather_attempts(self, quizzes: list[Quiz], trainee: User) -> None:
        attempts = (
            Attempt.objects.filter(trainee=trainee, quiz__in=quizzes, mode__in=(Mode.GRADED, Mode.FOLLOW_UP))
            .exclude(state=State.VOID)
            .select_related("feedback_opened", "quiz_version")
            .order_by("number")
        )
        by_id = {attempt.pk: attempt for attempt in attempts}
        latest: dict[int, Result] = {}
        for result in Result.objects.filter(attempt__in=by_id).order_by("rev"):
            latest[result.attempt_id] = result
        for attempt in by_id.values():
            attempt.result = latest.get(attempt.pk)
            self.attempts.setdefault(attempt.quiz_id, []).append(attempt)


def _look(quiz: Quiz, trainee: User, facts: _Facts, now: datetime) -> Opening:
    version = quiz.current
    mine = facts.attempts.get(quiz.pk, [])
    graded = [attempt for attempt in mine if attempt.mode == Mode.GRADED]
    period = Period.around(facts.renewals.get(quiz.pk, ()))
    counting = [attempt for attempt in graded if period.holds(attempt.started_at)]
    passed = next((attempt for attempt in reversed(counting) if attempt.result and attempt.result.passed), None)
    running = next((attempt for attempt in graded if attempt.is_open), None)
    opening = Opening(
        quiz=quiz,
        version=version,
        open_attempt=running if running and not running.is_over(now) else None,
        overdue_attempt=running if running and running.is_over(now) else None,
        open_follow_up=next((attempt for attempt in mine if attempt.is_follow_up and attempt.is_open), None),
        waiting_attempt=next((attempt for attempt in mine if attempt.state == State.SUBMITTED), None),
        follow_up_after=_held_round(passed, mine),
        attempts=tuple(reversed(graded)),
        passed_attempt=passed,
        allowance=facts.allowances.get(quiz.pk, NOTHING),
        renewal_since=period.since if passed is None else None,
    )
    if version is None:
        return replace(opening, reasons=(Reason("unpublished", _("This quiz has no questions yet.")),))
    recent = [attempt.started_at for attempt in graded if now - attempt.started_at < _window(version)]
    allowed = version.attempts + opening.allowance.extra_attempts
    opening = replace(
        opening,
        attempts_allowed=allowed,
        attempts_left=max(0, allowed - len(recent)),
        window_hours=version.window_hours,
    )
    if not facts.enrolled.intersection(course.pk for course in facts.courses[quiz.pk]):
        return replace(opening, reasons=(_not_enrolled(quiz),))
    if quiz.is_for_practice:  # no attempt at it counts: it is taken in rounds, see quizzes.practising.rounds
        words = _("This quiz is for practice. Take it as often as you like; it does not count.")
        stands = [*_course_reasons(quiz, version, facts), *_clock_reasons(opening, 0, now)]
        return replace(opening, reasons=(Reason("practice", words), *stands))
    if passed:
        return replace(opening, reasons=(Reason("passed", _("You have passed this quiz.")),))
    if opening.waiting_attempt:
        return replace(opening, reasons=(being_marked(opening.waiting_attempt),))
    review_lessons = _review_lessons(version, counting, facts, quiz)
    opens_at = _opens_at(opening, version, recent, now)
    reasons = [
        *_course_reasons(quiz, version, facts),
        *_person_reasons(quiz, trainee),
        *_clock_reasons(opening, len(recent), now),
    ]
    if review_lessons:
        words = _("Read these lessons again and say so at the end of each. The next attempt opens then.")
        reasons.append(Reason("review", words, tuple(map(_lesson_link, review_lessons))))
    return replace(opening, reasons=tuple(reasons), opens_at=opens_at, review_lessons=tuple(review_lessons))


def being_marked(attempt: Attempt) -> Reason:
    """What an attempt that waits for people stands in the way of: its result decides what comes next."""
    words = _("Your last paper is being marked by a person. You get a letter when it is done.")
    return Reason("marking", words, (Link(_("Your paper"), attempt.get_result_url()),))


def _held_round(passed: Attempt | None, mine: list[Attempt]) -> Attempt | None:
    """The round of a passed attempt whose critical misses are to be put again, if any are still missed."""
    if passed is None:
        return None
    return held_round(passed, [attempt for attempt in mine if attempt.follows_id == passed.pk and attempt.is_graded])


def _window(version: QuizVersion) -> timedelta:
    return timedelta(hours=version.window_hours)


def _opens_at(opening: Opening, version: QuizVersion, recent: list[datetime], now: datetime) -> datetime | None:
    """When the window and the quiz's own dates are both open, if that is not now."""
    opens, allowed = opening.allowance.opens(version.opens_at), opening.attempts_allowed
    moments = [opens] if opens and opens > now else []
    if len(recent) >= allowed:
        moments.append(sorted(recent)[-allowed] + _window(version))
    return max(moments, default=None)


def _not_enrolled(quiz: Quiz) -> Reason:
    links = (Link(quiz.course.title, quiz.course.get_absolute_url()),) if quiz.course else ()
    return Reason("not_enrolled", _("Enrol in the course first."), links)


def _course_reasons(quiz: Quiz, version: QuizVersion, facts: _Facts) -> list[Reason]:
    courses = facts.courses[quiz.pk]
    if quiz.course is None:
        left = [course for course in courses if course.pk not in facts.completed]
        return [_courses_first("courses", _("Complete these courses first."), left)] if left else []
    reasons = []
    needed = facts.prerequisites.get(quiz.course.pk, [])
    if missing := [course for course in needed if course.pk not in facts.completed]:
        reasons.append(_courses_first("prerequisites", _("Complete these courses first."), missing))
    lessons = [lesson for lesson in facts.lessons.get(quiz.course.pk, []) if lesson.pk not in facts.studied]
    if version.lessons_first and lessons:
        words = ngettext("One lesson is left to study.", "%(count)d lessons are left to study.", len(lessons))
        reasons.append(Reason("lessons", words % {"count": len(lessons)}, tuple(map(_lesson_link, lessons))))
    return reasons


def _courses_first(code: str, words: str, courses: list[Course]) -> Reason:
    ordered = sorted(courses, key=lambda course: (course.position, course.pk))
    return Reason(code, words, tuple(Link(course.title, course.get_absolute_url()) for course in ordered))


def _lesson_link(lesson: Lesson) -> Link:
    return Link(str(lesson), lesson.get_absolute_url())


def _person_reasons(quiz: Quiz, trainee: User) -> list[Reason]:
    if trainee.name and trainee.name_confirmed_at:
        return []
    href = f"{reverse('name_confirm')}?{urlencode({'next': quiz.get_absolute_url()})}"
    words = _("Confirm your name as it should stand on the certificate.")
    return [Reason("name", words, (Link(_("Confirm your name"), href),))]


def _clock_reasons(opening: Opening, used: int, now: datetime) -> list[Reason]:
    reasons: list[Reason] = []
    if opening.version is None:
        return reasons
    opens = opening.allowance.opens(opening.version.opens_at)
    closes = opening.allowance.closes(opening.version.closes_at)
    if opens and now < opens:
        reasons.append(Reason("not_yet", _("The quiz is not open yet.")))
    if closes and now >= closes:
        reasons.append(Reason("closed", _("The quiz is closed.")))
    if used >= opening.attempts_allowed:
        words = ngettext(
            "You have used %(count)d attempt within %(hours)d hours.",
            "You have used %(count)d attempts within %(hours)d hours.",
            used,
        )
        reasons.append(Reason("window", words % {"count": used, "hours": opening.window_hours}))
    return reasons


def _review_lessons(version: QuizVersion, graded: list[Attempt], facts: _Facts, quiz: Quiz) -> list[Lesson]:
    """After every third failure in a row: the lessons of what was missed in those three, not reviewed since."""
    often = version.failures_before_review
    failed = [attempt for attempt in graded if attempt.result and not attempt.result.passed]
    if not often or not failed or len(failed) % often:
        return []
    since = failed[-1].submitted_at
    missed = {
        share["name"]
        for attempt in failed[-often:]
        if attempt.result
        for share in attempt.result.breakdown["objectives"]
        if share["mark"] < share["max_mark"]
    }
    return [
        lesson
        for course in facts.courses[quiz.pk]
        for lesson in facts.lessons.get(course.pk, [])
        if lesson.current
        and missed.intersection(lesson.current.objectives)
        and (since is None or facts.reviewed.get(lesson.pk, since) <= since)
    ]
