"""Assessment in the administration: to be read, never to be written."""

from django.contrib import admin

from jobs.final import HistoryAdmin
from quizzes.models import (
    Accommodation,
    AccommodationEnding,
    AnswerFile,
    Attempt,
    Card,
    CheckAnswer,
    CountedAnswer,
    FeedbackOpened,
    GrantedMidway,
    Item,
    ItemAnalysis,
    ItemCheck,
    Judgement,
    Marking,
    PracticeAnswer,
    PracticeDeal,
    PracticeEase,
    PracticeSitting,
    Question,
    QuestionDraft,
    QuestionVersion,
    Quiz,
    QuizVersion,
    Regrade,
    RegradeChange,
    RegradeStep,
    Response,
    ResponseEvent,
    Result,
    Voiding,
)


@admin.register(Question)
class QuestionAdmin(HistoryAdmin):
    list_display = ("ref", "course", "current", "retired")
    list_filter = ("course", "retired")
    list_select_related = ("course", "current__question")
    search_fields = ("ref",)


@admin.register(QuestionVersion)
class QuestionVersionAdmin(HistoryAdmin):
    list_display = ("question", "number", "kind", "objective", "is_critical", "change_kind", "published_at")
    list_filter = ("kind", "is_critical", "change_kind")
    list_select_related = ("question",)
    search_fields = ("question__ref", "stem", "objective")


@admin.register(Quiz)
class QuizAdmin(HistoryAdmin):
    list_display = ("title", "course", "programme", "current")
    list_select_related = ("course", "programme", "current__quiz")


@admin.register(QuizVersion)
class QuizVersionAdmin(HistoryAdmin):
    list_display = ("quiz", "number", "pass_percent", "time_limit_seconds", "attempts", "published_at")
    list_select_related = ("quiz",)


@admin.register(Attempt)
class AttemptAdmin(HistoryAdmin):
    list_display = ("trainee", "quiz", "mode", "number", "state", "closed_by", "started_at", "submitted_at")
    list_filter = ("state", "mode", "closed_by", "quiz")
    list_select_related = ("trainee", "quiz")
    search_fields = ("trainee__email", "trainee__name")
    date_hierarchy = "started_at"


@admin.register(Item)
class ItemAdmin(HistoryAdmin):
    list_display = ("attempt", "position", "section", "question", "max_mark")
    list_select_related = ("attempt", "question")
    search_fields = ("question__ref", "attempt__trainee__email")


@admin.register(Response)
class ResponseAdmin(HistoryAdmin):
    list_display = ("item", "epoch", "seq", "client", "flagged", "saved_at")
    list_select_related = ("item",)
    search_fields = ("item__attempt__trainee__email",)


@admin.register(ResponseEvent)
class ResponseEventAdmin(HistoryAdmin):
    list_display = ("item", "client", "epoch", "seq", "outcome", "received_at")
    list_filter = ("outcome",)
    list_select_related = ("item",)
    search_fields = ("item__attempt__trainee__email",)


@admin.register(AnswerFile)
class AnswerFileAdmin(HistoryAdmin):
    list_display = ("item", "name", "content_type", "size", "uploaded_at")
    list_filter = ("content_type",)
    list_select_related = ("item",)
    search_fields = ("item__attempt__trainee__email",)


@admin.register(Judgement)
class JudgementAdmin(HistoryAdmin):
    list_display = ("item", "turn", "marker", "mark", "critical", "made_at")
    list_filter = ("turn", "critical")
    list_select_related = ("item", "marker")
    search_fields = ("item__attempt__trainee__email", "marker__email")


@admin.register(Marking)
class MarkingAdmin(HistoryAdmin):
    list_display = ("item", "rev", "mark", "critical_missed", "answered", "marked_by", "marked_at")
    list_filter = ("critical_missed",)
    list_select_related = ("item", "marked_by")
    search_fields = ("item__attempt__trainee__email",)


@admin.register(Result)
class ResultAdmin(HistoryAdmin):
    list_display = ("attempt", "rev", "percent", "passed", "critical_drawn", "critical_missed", "cause", "made_at")
    list_filter = ("passed", "cause")
    list_select_related = ("attempt",)
    search_fields = ("attempt__trainee__email",)


@admin.register(FeedbackOpened)
class FeedbackOpenedAdmin(HistoryAdmin):
    list_display = ("attempt", "opened_at")
    list_select_related = ("attempt",)


@admin.register(ItemCheck)
class ItemCheckAdmin(HistoryAdmin):
    list_display = ("item", "mark", "checked_at")
    list_select_related = ("item",)
    search_fields = ("item__attempt__trainee__email",)


@admin.register(Card)
class CardAdmin(HistoryAdmin):
    list_display = ("trainee", "question", "made_because", "turn", "due_at", "suspended")
    list_filter = ("made_because", "suspended")
    list_select_related = ("trainee", "question")
    search_fields = ("trainee__email", "question__ref")


@admin.register(PracticeAnswer)
class PracticeAnswerAdmin(HistoryAdmin):
    list_display = ("card", "turn", "share", "rating", "seconds", "answered_at", "due_at")
    list_filter = ("rating",)
    list_select_related = ("card",)
    search_fields = ("card__trainee__email", "card__question__ref")


@admin.register(PracticeSitting)
class PracticeSittingAdmin(HistoryAdmin):
    list_display = ("trainee", "begun_at")
    list_select_related = ("trainee",)
    search_fields = ("trainee__email",)


@admin.register(PracticeEase)
class PracticeEaseAdmin(HistoryAdmin):
    list_display = ("answer", "due_at", "said_at")
    list_select_related = ("answer",)


@admin.register(PracticeDeal)
class PracticeDealAdmin(HistoryAdmin):
    list_display = ("trainee", "dealt_at")
    list_select_related = ("trainee",)
    search_fields = ("trainee__email",)


@admin.register(CheckAnswer)
class CheckAnswerAdmin(HistoryAdmin):
    list_display = ("trainee", "lesson_version", "block", "right", "answered_at")
    list_filter = ("right",)
    list_select_related = ("trainee", "lesson_version")
    search_fields = ("trainee__email",)


@admin.register(Regrade)
class RegradeAdmin(HistoryAdmin):
    list_display = ("question", "to_version", "policy", "state", "asked_by", "asked_at", "approved_by", "applied_at")
    list_filter = ("state", "policy")
    list_select_related = ("question", "to_version__question", "asked_by", "approved_by")
    search_fields = ("question__ref",)


@admin.register(RegradeStep)
class RegradeStepAdmin(HistoryAdmin):
    list_display = ("regrade", "move", "by", "at")
    list_filter = ("move",)
    list_select_related = ("regrade__question", "regrade__to_version", "by")


@admin.register(RegradeChange)
class RegradeChangeAdmin(HistoryAdmin):
    list_display = ("regrade", "item", "before_mark", "after_mark", "before_percent", "after_percent", "applied_at")
    list_filter = ("changes", "moved")
    list_select_related = ("regrade__question", "regrade__to_version", "item")
    search_fields = ("item__attempt__trainee__email",)


@admin.register(CountedAnswer)
class CountedAnswerAdmin(HistoryAdmin):
    list_display = ("item", "by", "reason", "counted_at")
    list_select_related = ("item", "by")
    search_fields = ("item__attempt__trainee__email",)


@admin.register(Voiding)
class VoidingAdmin(HistoryAdmin):
    list_display = ("attempt", "by", "reason", "voided_at")
    list_select_related = ("attempt__trainee", "by")
    search_fields = ("attempt__trainee__email",)


@admin.register(Accommodation)
class AccommodationAdmin(HistoryAdmin):
    list_display = ("trainee", "quiz", "time_percent", "extra_minutes", "extra_attempts", "read_outs", "granted_at")
    list_select_related = ("trainee", "quiz")
    search_fields = ("trainee__email", "trainee__name")
    date_hierarchy = "granted_at"


@admin.register(AccommodationEnding)
class AccommodationEndingAdmin(HistoryAdmin):
    list_display = ("accommodation", "ended_by", "ended_at")
    list_select_related = ("accommodation", "ended_by")


@admin.register(GrantedMidway)
class GrantedMidwayAdmin(HistoryAdmin):
    list_display = ("attempt", "deadline_before", "deadline_after", "read_outs", "granted_by", "granted_at")
    list_select_related = ("attempt", "granted_by")


@admin.register(QuestionDraft)
class QuestionDraftAdmin(HistoryAdmin):
    """Written in the studio, where two authors of one draft are told of each other."""

    list_display = ("question", "course", "kind", "author", "saved_at")
    list_select_related = ("question", "course", "author")


@admin.register(ItemAnalysis)
class ItemAnalysisAdmin(HistoryAdmin):
    list_display = ("quiz", "computed_at", "seconds")
    list_select_related = ("quiz",)
