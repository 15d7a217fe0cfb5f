"""Clinics, introduced to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        from accounts import doors, inviting, keeping, landing, passwords, roles
        from clinics import receivers  # noqa: F401  (connects what we hear)
        from clinics.models import Clinic, Membership

        inviting.register("clinic_member", _("Clinic member"), Clinic.objects.choices)
        inviting.register("clinic_owner", _("Clinic owner"), Clinic.objects.choices)
        passwords.register(Membership.telling_words)
        roles.register(Membership.owns_a_clinic)
        landing.register(Membership.first_page)
        doors.register(doors.Door("clinics:mine", _("Clinic"), Membership.has))
        keeping.register(
            "clinics:watch_create",
            _("Adding staff to a clinic’s list"),
            {"codes": _("Certificate numbers"), "job_title": _("Job title"), "site": _("Site"), "note": _("Note")},
        )
        keeping.register(
            "clinics:item",
            _("Your words on somebody on the list"),
            {"job_title": _("Job title"), "site": _("Site"), "note": _("Note")},
        )
        keeping.register("clinics:members", _("An invitation to a clinic"), {"email": _("E-mail address")})
        keeping.register("clinics:webhook", _("Where a clinic’s alerts go"), {"url": _("Address of your system")})
        keeping.register(
            "clinics:record",
            _("A training on site"),
            {
                "content": _("Content, or a summary of it"),
                "trainer": _("Trainer"),
                "qualification": _("The trainer’s qualification"),
                "notes": _("Notes"),
            },
        )
        self._keep_forms_of_checks_and_keys()

    def _keep_forms_of_checks_and_keys(self) -> None:
        from accounts import keeping
        from clinics import summarising  # noqa: F401  (what its job does)
        from clinics.api import idempotency  # noqa: F401  (what the sweep does for it)

        keeping.register("clinics:bulk", _("Checking many certificates"), {"pasted": _("The list")})
        keeping.register("clinics:api_keys", _("Making an API key"), {"label": _("What it is for")})
