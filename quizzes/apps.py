"""Introduces the app to Django, and quizzes to the floors beneath."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"

    def ready(self) -> None:
        from accounts import doors, keeping
        from courses import blocks as course_blocks
        from courses import panels as course_panels
        from courses.models import Teaching
        from quizzes import checks, loading, panels, receivers, work  # noqa: F401
        from quizzes.analysis import work as analysis_work  # noqa: F401
        from quizzes.correcting import work as correcting_work  # noqa: F401

        course_blocks.register("check", checks.CheckBlock())
        course_panels.register("quizzes", panels.of_courses)
        course_panels.register_programme("quizzes", panels.of_programmes)
        course_panels.register_today(panels.of_today)
        doors.register(doors.Door("quizzes:studio", _("Studio"), lambda user: user.is_staff or Teaching.has(user)))
        # The fields of an answer are numbers and letters that mean nothing away from their question.
        keeping.register("quizzes:response_create", _("Your answers in a quiz"), readable=False)
        keeping.register("quizzes:check", _("Your answer to a knowledge check"), readable=False)
        keeping.register("quizzes:attempt_create", _("Beginning a quiz"))
        keeping.register("quizzes:follow_up_create", _("Beginning a follow-up"))
        keeping.register("quizzes:kept_create", _("Using an answer from another window"))
        keeping.register(
            "quizzes:judgement_create",
            _("Marking an answer"),
            {"comment": _("Comment for the trainee")},
        )
        keeping.register("quizzes:draft", _("A draft of a question"), readable=False)
        keeping.register("quizzes:draft_create", _("Editing a question"))
        keeping.register("quizzes:question_create", _("Beginning a question"))
        keeping.register("quizzes:publication", _("Publishing a question"), {"reason": _("Why")})
        keeping.register("quizzes:draft_discard", _("Throwing a draft away"))
        keeping.register("quizzes:file_create", _("A file for an answer in a quiz"), readable=False)
        keeping.register("quizzes:submission_create", _("Handing in a quiz"))
        keeping.register("quizzes:round_create", _("Beginning a round of practice"))
        keeping.register("quizzes:item_check_create", _("Checking your answer in a quiz"), readable=False)
        keeping.register("quizzes:sitting_create", _("Beginning a practice sitting"))
        keeping.register("quizzes:practice_answer_create", _("Your answer in practice"), readable=False)
        keeping.register("quizzes:ease_create", _("Calling a practice question easy"))
        keeping.register("quizzes:leaving_out_create", _("Leaving a question out of practice"))
        keeping.register("quizzes:return_create", _("Bringing questions back into practice"))
        keeping.register("quizzes:feedback_create", _("Opening the answers of a quiz"))
        keeping.register("quizzes:regrade_create", _("Asking for a regrade"), {"reason": _("Why")})
        keeping.register("quizzes:counted_create", _("Counting a late answer"), {"reason": _("Why it is to count")})
