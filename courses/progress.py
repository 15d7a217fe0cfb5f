"""How far somebody has come: lesson in course, course in programme, programme towards its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Subquery, Sum

from courses import durations
from courses.models import Course, Enrolment, Lesson, Place, Programme, ProgrammeCompletion, Studied

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class CourseProgress:
    course: Course
    enrolment: Enrolment | None
    lessons: int
    studied: int
    minutes: int
    completed: bool

    @property
    def is_enrolled(self) -> bool:
        return self.enrolment is not None

    @property
    def lessons_left(self) -> int:
        return self.lessons - self.studied

    @property
    def duration(self) -> str:
        return durations.in_words(self.minutes)


@dataclass(frozen=True)
class ProgrammeProgress:
    programme: Programme
    courses: list[CourseProgress]  # a retired one stands here for those who have it, but counts no more
    completed: bool

    @property
    def counted(self) -> list[CourseProgress]:
        return [course for course in self.courses if not course.course.retired]

    @property
    def lessons(self) -> int:
        return sum(course.lessons for course in self.counted)

    @property
    def studied(self) -> int:
        return sum(course.studied for course in self.counted)

    @property
    def courses_completed(self) -> int:
        return sum(course.completed for course in self.counted)

    @property
    def steps(self) -> int:
        """Every course, then the final examination."""
        return len(self.counted) + 1

    @property
    def steps_done(self) -> int:
        return self.courses_completed + self.completed

    @property
    def share(self) -> float:
        """The share of lessons studied, for the whorl."""
        return self.studied / self.lessons if self.lessons else 0.0

    @property
    def percent(self) -> int:
        return int(self.share * 100)

    @property
    def is_ready(self) -> bool:
        """Every course completed: the final examination is what is left."""
        return not self.completed and bool(self.counted) and self.courses_completed == len(self.counted)

    @property
    def is_begun(self) -> bool:
        return any(course.is_enrolled for course in self.courses)


def of_programmes(
    user: User | None, programme: Programme | None = None, enrolments: Sequence[Enrolment] | None = None
) -> list[ProgrammeProgress]:
    """Every programme (or one) with its courses and how far this person is, in one or two queries."""
    courses = (
        Course.objects.visible_to(user)
        .select_related("programme")
        .order_by("programme__position", "programme_id", "position", "pk")
    )
    if programme is not None:
        courses = courses.filter(programme=programme)
    taught = Lesson.objects.filter(course=OuterRef("pk"), retired=False, current__isnull=False).order_by()
    courses = courses.annotate(
        lesson_count=Subquery(taught.values("course").annotate(Count("pk")).values("pk__count")),
        lesson_minutes=Subquery(
            taught.values("course").annotate(Sum("current__minutes")).values("current__minutes__sum")
        ),
    )
    if user is not None:
        studied = Studied.objects.filter(
            enrolment__trainee=user, enrolment__course=OuterRef("pk"), lesson__retired=False
        )
        courses = courses.annotate(
            studied_count=Subquery(
                studied.order_by().values("enrolment__course").annotate(Count("pk")).values("pk__count")
            ),
            programme_completed=Exists(
                ProgrammeCompletion.objects.filter(trainee=user, programme=OuterRef("programme_id"))
            ),
        )
        if enrolments is None:
            enrolments = list(Enrolment.objects.of(user).select_related("completion"))
    by_course = {enrolment.course_id: enrolment for enrolment in enrolments or ()}
    found: dict[int, ProgrammeProgress] = {}
    for course in courses:
        row = found.setdefault(
            course.programme_id,
            ProgrammeProgress(course.programme, [], bool(getattr(course, "programme_completed", False))),
        )
        enrolment = by_course.get(course.pk)
        row.courses.append(
            CourseProgress(
                course=course,
                enrolment=enrolment,
                lessons=getattr(course, "lesson_count", 0) or 0,
                studied=getattr(course, "studied_count", 0) or 0,
                minutes=getattr(course, "lesson_minutes", 0) or 0,
                completed=enrolment is not None and enrolment.is_completed,
            )
        )
    return list(found.values())


@dataclass(frozen=True)
class Next:
    """Where Continue leads: a lesson (and the block in it), or a course whose lessons are all studied."""

    course: Course
    lesson: Lesson | None = None
    block: str = ""
    begun: bool = False  # the trainee was in this lesson before

    @property
    def href(self) -> str:
        if self.lesson is None:
            return self.course.get_absolute_url()
        self.lesson.course = self.course
        return self.lesson.get_absolute_url() + (f"#{self.block}" if self.block else "")


def next_for(trainee: User, enrolments: Sequence[Enrolment]) -> Next | None:
    """The lesson last open, if it is not studied yet; else the next one; else a course waiting for its quiz."""
    open_ones = [enrolment for enrolment in enrolments if not enrolment.is_completed]
    if not open_ones:
        return None
    place = Place.objects.filter(trainee=trainee).first()
    courses = {enrolment.course_id: enrolment.course for enrolment in open_ones}
    lessons = list(Lesson.objects.outline().filter(course__in=courses))
    studied = set(
        Studied.objects.filter(enrolment__in=[enrolment.pk for enrolment in open_ones]).values_list("lesson", flat=True)
    )
    here = next((lesson for lesson in lessons if place and lesson.pk == place.lesson_id), None)
    if here is not None and place is not None and here.pk not in studied:
        return Next(courses[here.course_id], here, place.block, begun=True)
    if here is not None:  # the rest of that course first, from where the trainee was
        mine = [lesson for lesson in lessons if lesson.course_id == here.course_id]
        after = mine[mine.index(here) + 1 :] + mine
        if found := next((lesson for lesson in after if lesson.pk not in studied), None):
            return Next(courses[found.course_id], found)
        return Next(courses[here.course_id])
    if found := next((lesson for lesson in lessons if lesson.pk not in studied), None):
        return Next(courses[found.course_id], found)
    return Next(open_ones[0].course)
