"""Introduces the app to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        from accounts import keeping, names
        from certificates import deciding, loading, naming, panels, receivers, work  # noqa: F401
        from courses import panels as course_panels
        from courses.loading import register
        from quizzes.correcting import touched

        names.register(naming.check)
        register(loading.CertificateSections())
        touched.register(deciding.touched)
        course_panels.register("certificates", panels.of_courses)
        course_panels.register_offer("certificates", panels.of_offers)
        course_panels.register_programme("certificates", panels.of_programmes)
        course_panels.register_today(panels.of_today)
        keeping.register(
            "certificates:revocation_create",
            _("Revoking a certificate"),
            {"public_reason": _("What everyone who checks it will read"), "private_note": _("Note for staff")},
        )
        keeping.register(
            "certificates:decision",
            _("Deciding whether a certificate stands"),
            {"why": _("Why, for the record"), "public_reason": _("What everyone who checks it will read")},
        )
