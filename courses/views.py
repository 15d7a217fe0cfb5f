"""Pages for those who study: catalogue, course, lesson, search."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from courses import blocks, durations, panels, progress, searching
from courses.forms import PlaceForm, SearchForm
from courses.models import Course, Enrolment, Lesson, NotTaught, Place
from courses.outline import Outline


def _reader(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


@login_not_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """What is taught here, for anyone."""
    user = _reader(request)
    programmes = progress.of_programmes(user)
    parts = panels.for_programmes(user, [each.programme for each in programmes]) if user else {}
    return render(
        request,
        "courses/catalogue.html",
        {"programmes": [(each, parts.get(each.programme.pk, [])) for each in programmes if each.courses]},
    )


@login_not_required
@require_safe
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """What a course teaches; for those enrolled also how far they are, the quiz and the certificate."""
    user = _reader(request)
    row = get_object_or_404(Course.objects.visible_to(user).select_related("programme"), slug=slug)
    enrolment = _enrolment(user, row)
    studied = frozenset(enrolment.studied.values_list("lesson", flat=True)) if enrolment else frozenset()
    lessons = list(Lesson.objects.outline().filter(course=row))
    for lesson in lessons:
        lesson.course = row
    done = [lesson for lesson in lessons if lesson.pk in studied]
    prerequisites = list(row.prerequisites.all())
    left = set(row.prerequisites_left(user)) if user and prerequisites else set(prerequisites)
    return render(
        request,
        "courses/course.html",
        {
            "course": row,
            "enrolment": enrolment,
            "lessons": lessons,
            "studied": studied,
            "done": len(done),
            "next": next((lesson for lesson in lessons if lesson.pk not in studied), None),
            "duration": durations.in_words(sum(lesson.current.minutes for lesson in lessons if lesson.current)),
            "objectives": list(row.objectives.filter(retired=False)),
            "prerequisites": [(each, each not in left) for each in prerequisites],
            "panels": (panels.for_courses(user, [enrolment]) if user and enrolment else panels.for_offers([row])).get(
                row.pk, []
            ),
            "may_read": bool(user and (enrolment or row.may_be_read_by(user))),
            "has_modules": len({lesson.module_id for lesson in lessons}) > 1,
        },
    )


@require_POST
def enrolment_create(request: SignedIn, slug: str) -> HttpResponse:
    row = get_object_or_404(Course.objects.offered(), slug=slug)
    row.enrol(request.user)
    messages.success(request, _("You are enrolled in %(course)s.") % {"course": row.title})
    return redirect(row)


@require_safe
def lesson(request: SignedIn, slug: str, lesson_slug: str) -> HttpResponse:
    """A lesson to read. Someone who is not enrolled gets the course page, where they can."""
    row = get_object_or_404(Course.objects.visible_to(request.user).select_related("programme"), slug=slug)
    enrolment = _enrolment(request.user, row)
    lessons = list(Lesson.objects.outline().filter(course=row))
    here = next((each for each in lessons if each.slug == lesson_slug), None)
    if here is None or here.current_id is None:
        raise Http404
    if enrolment is None and not row.may_be_read_by(request.user):
        messages.info(request, _("Enrol in this course to read its lessons."))
        return redirect(row)
    version = here.versions.get(pk=here.current_id)
    studied = {each.lesson_id: each for each in enrolment.studied.all()} if enrolment else {}
    mine = panels.for_courses(request.user, [enrolment]).get(row.pk, []) if enrolment else []
    (towards,) = progress.of_programmes(request.user, row.programme)
    page = blocks.Page(trainee=request.user, lesson=here, version=version, enrolment=enrolment)
    here.course = row
    return render(
        request,
        "courses/lesson.html",
        {
            "course": row,
            "lesson": here,
            "version": version,
            "enrolment": enrolment,
            "blocks": blocks.show(page, version.blocks),
            "page": page,
            "outline": Outline(
                row,
                lessons,
                frozenset(studied),
                here,
                number=[each.course.pk for each in towards.courses].index(row.pk) + 1,
                courses=len(towards.courses),
                panels=mine,
            ),
            "studied": studied.get(here.pk),
            "towards": towards,
        },
    )


@require_POST
def studied_create(request: SignedIn, slug: str, lesson_slug: str) -> HttpResponse:
    enrolment, here = _enrolled_lesson(request, slug, lesson_slug)
    try:
        enrolment.study(here)
    except NotTaught as error:
        raise Http404 from error
    lessons = list(Lesson.objects.outline().filter(course=enrolment.course))
    position = [each.pk for each in lessons].index(here.pk)
    messages.success(request, _("Marked as studied: %(lesson)s.") % {"lesson": here})
    if position + 1 == len(lessons):
        return redirect(enrolment.course)
    lessons[position + 1].course = enrolment.course
    return redirect(lessons[position + 1])


@require_POST
def review_create(request: SignedIn, slug: str, lesson_slug: str) -> HttpResponse:
    enrolment, here = _enrolled_lesson(request, slug, lesson_slug)
    try:
        enrolment.review(here)
    except NotTaught as error:
        messages.error(request, str(error))
        return redirect(here)
    messages.success(request, _("Noted: you have read this lesson again."))
    return redirect(enrolment.course)


@require_POST
def place_create(request: SignedIn, slug: str, lesson_slug: str) -> HttpResponse:
    """The browser says which block was last in view, so that Continue leads there from any device."""
    _enrolment_found, here = _enrolled_lesson(request, slug, lesson_slug)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("This place does not exist."), status=422, content_type="text/plain; charset=utf-8")
    known = {block["id"] for block in here.current.blocks} if here.current else set()
    block = form.cleaned_data["block"]
    Place.objects.update_or_create(
        trainee=request.user,
        defaults={"lesson": here, "block": block if block in known else "", "seen_at": timezone.now()},
    )
    return HttpResponse(status=204)


@require_safe
def search(request: SignedIn) -> HttpResponse:
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    return render(
        request,
        "courses/search.html",
        {"form": form, "query": query.strip(), "hits": searching.find(query, request.user)},
        status=200 if form.is_valid() else 422,
    )


def _enrolment(user: User | None, course: Course) -> Enrolment | None:
    if user is None:
        return None
    enrolment = Enrolment.objects.of(user).filter(course=course).select_related("completion").first()
    if enrolment is not None:
        enrolment.course = course
        enrolment.trainee = user
    return enrolment


def _enrolled_lesson(request: SignedIn, slug: str, lesson_slug: str) -> tuple[Enrolment, Lesson]:
    """One's own enrolment and a lesson of that course, or 404."""
    enrolment = get_object_or_404(Enrolment.objects.of(request.user).select_related("course"), course__slug=slug)
    here = get_object_or_404(Lesson.objects.current().filter(course=enrolment.course), slug=lesson_slug)
    here.course = enrolment.course
    return enrolment, here
