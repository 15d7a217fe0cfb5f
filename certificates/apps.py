"""Introduces the app to Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        from accounts import keeping, names
        from certificates import checks, deciding, loading, naming, panels, receivers, registering, renewing, work  # noqa: F401
        from certificates.credentials import publishing  # noqa: F401
        from courses import panels as course_panels
        from courses.loading import register
        from quizzes import renewals
        from quizzes.correcting import touched

        names.register(naming.check)
        register(loading.CertificateSections())
        touched.register(deciding.touched)
        renewals.register(renewing.moments)
        post_migrate.connect(registering.begin, sender=self, dispatch_uid="register-begins")
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
        for view, label in (
            ("suspension_create", _("Putting a certificate under review")),
            ("reinstatement_create", _("Ending a certificate’s review")),
        ):
            keeping.register(f"certificates:{view}", label, {"why": _("Why, for the record")})
        keeping.register(
            "certificates:reissue_create",
            _("Issuing a certificate again"),
            {"name": _("The name as it should read"), "why": _("Why, for the record")},
        )
        keeping.register(
            "certificates:name_correction_create",
            _("Asking for another name on a certificate"),
            {"name": _("The name as it should read"), "words": _("What we should know")},
        )
        keeping.register("certificates:name_correction", _("Deciding on a name"), {"why": _("Why")})
        keeping.register("certificates:sharing_change", _("Showing where the newer certificate is"))
