"""Clinics, introduced to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        from accounts import inviting, landing, passwords, roles
        from clinics import receivers  # noqa: F401  (connects what we hear)
        from clinics.models import Clinic, Membership

        inviting.register("clinic_member", _("Clinic member"), Clinic.objects.choices)
        inviting.register("clinic_owner", _("Clinic owner"), Clinic.objects.choices)
        passwords.register(Membership.telling_words)
        roles.register(Membership.owns_a_clinic)
        landing.register(Membership.first_page)
