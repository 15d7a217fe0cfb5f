"""Introduces the app to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        from accounts import inviting, keeping, roles
        from courses import block_kinds, receivers  # noqa: F401  (receivers listen by being imported)
        from courses.models import Course, Teaching

        block_kinds.register_all()
        inviting.register("instructor", _("Instructor"), Course.objects.choices)
        roles.register(Teaching.has)
        keeping.register("courses:enrolment_create", _("Enrolling in a course"))
        keeping.register("courses:studied_create", _("Marking a lesson as studied"))
        keeping.register("courses:review_create", _("Noting that a lesson was read again"))
