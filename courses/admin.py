"""What staff can look up and put right by hand. Content comes from programme folders; history is read-only."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from courses.models import (
    Completion,
    Course,
    Enrolment,
    Lesson,
    LessonVersion,
    Module,
    Objective,
    Programme,
    ProgrammeCompletion,
    Review,
    Studied,
    Teaching,
)
from jobs.final import HistoryAdmin


class NoDelete(admin.ModelAdmin):  # type: ignore[type-arg]
    """What others point at is retired, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Programme)
class ProgrammeAdmin(NoDelete):
    list_display = ["title", "slug", "position"]
    readonly_fields = ["slug"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a programme is loaded from its folder


class TeachingInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Teaching
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Course)
class CourseAdmin(NoDelete):
    list_display = ["code", "title", "programme", "validity_months", "retired", "trainees"]
    list_display_links = ["code", "title"]
    list_filter = ["programme", "retired"]
    search_fields = ["code", "title", "slug"]
    readonly_fields = ["programme", "code", "slug", "prerequisites"]
    inlines = [TeachingInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        courses: QuerySet[Course] = super().get_queryset(request)
        return courses.annotate(enrolled=Count("enrolments"))

    @admin.display(description=_("trainees"), ordering="enrolled")
    def trainees(self, course: Course) -> int:
        return int(course.enrolled)  # type: ignore[attr-defined]


@admin.register(Lesson)
class LessonAdmin(NoDelete):
    list_display = ["title", "course", "module", "position", "edition", "retired"]
    list_filter = ["course", "retired"]
    search_fields = ["slug", "current__title"]
    readonly_fields = ["course", "module", "slug", "position", "current", "page"]
    list_select_related = ["course", "module", "current"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("title"), ordering="current__title")
    def title(self, lesson: Lesson) -> str:
        return str(lesson)

    @admin.display(description=_("edition"))
    def edition(self, lesson: Lesson) -> int | None:
        return lesson.current.number if lesson.current else None

    @admin.display(description=_("page"))
    def page(self, lesson: Lesson) -> SafeString:
        return format_html('<a href="{}">{}</a>', lesson.get_absolute_url(), lesson)


@admin.register(Enrolment)
class EnrolmentAdmin(NoDelete):
    list_display = ["trainee", "course", "enrolled_at", "lessons_studied", "is_completed"]
    list_filter = ["course", "enrolled_at"]
    search_fields = ["trainee__email", "trainee__name", "course__title"]
    autocomplete_fields = ["trainee", "course"]
    readonly_fields = ["enrolled_at"]
    list_select_related = ["trainee", "course", "completion"]

    def has_change_permission(self, request: HttpRequest, obj: Enrolment | None = None) -> bool:
        return False  # a place is given; it is not handed on

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        enrolments: QuerySet[Enrolment] = super().get_queryset(request)
        return enrolments.annotate(lessons_done=Count("studied"))

    @admin.display(description=_("lessons studied"), ordering="lessons_done")
    def lessons_studied(self, enrolment: Enrolment) -> int:
        return int(enrolment.lessons_done)  # type: ignore[attr-defined]

    @admin.display(description=_("completed"), boolean=True)
    def is_completed(self, enrolment: Enrolment) -> bool:
        return enrolment.is_completed


@admin.register(LessonVersion)
class LessonVersionAdmin(HistoryAdmin):
    list_display = ["title", "number", "lesson", "minutes", "author", "published_at"]
    list_filter = ["lesson__course", "published_at"]
    search_fields = ["title", "text"]
    list_select_related = ["lesson__current", "lesson__course", "author"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LessonVersion]:
        return super().get_queryset(request).defer("blocks", "text")


@admin.register(Studied)
class StudiedAdmin(HistoryAdmin):
    list_display = ["enrolment", "version", "studied_at"]
    list_filter = ["enrolment__course", "studied_at"]
    search_fields = ["enrolment__trainee__email", "version__title"]
    list_select_related = ["enrolment__trainee", "enrolment__course", "version"]


@admin.register(Review)
class ReviewAdmin(HistoryAdmin):
    list_display = ["enrolment", "version", "reviewed_at"]
    list_filter = ["enrolment__course", "reviewed_at"]
    search_fields = ["enrolment__trainee__email", "version__title"]
    list_select_related = ["enrolment__trainee", "enrolment__course", "version"]


@admin.register(Completion)
class CompletionAdmin(HistoryAdmin):
    list_display = ["enrolment", "completed_at"]
    list_filter = ["enrolment__course", "completed_at"]
    search_fields = ["enrolment__trainee__email"]
    list_select_related = ["enrolment__trainee", "enrolment__course"]


@admin.register(ProgrammeCompletion)
class ProgrammeCompletionAdmin(HistoryAdmin):
    list_display = ["trainee", "programme", "completed_at"]
    list_filter = ["programme", "completed_at"]
    search_fields = ["trainee__email"]
    list_select_related = ["trainee", "programme"]


@admin.register(Objective)
class ObjectiveAdmin(HistoryAdmin):
    list_display = ["code", "text", "course", "retired"]
    list_filter = ["course", "retired"]
    search_fields = ["code", "text"]
    list_select_related = ["course"]


@admin.register(Module)
class ModuleAdmin(HistoryAdmin):
    list_display = ["title", "course", "position"]
    list_filter = ["course"]
    list_select_related = ["course"]
