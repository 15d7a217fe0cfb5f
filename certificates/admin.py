"""What staff may look at. Certificates and revocations are history: nothing is added, changed or deleted here."""

from django.contrib import admin

from certificates.models import Achievement, Certificate, CertificateDecision, Revocation
from jobs.final import HistoryAdmin


@admin.register(Certificate)
class CertificateAdmin(HistoryAdmin):
    list_display = ("grouped_code", "holder", "achievement", "cycle", "issued_on", "expires_on", "standing")
    list_filter = ("achievement", "issued_on")
    list_select_related = ("holder", "achievement", "revocation")
    search_fields = ("code", "holder__email", "holder__name")
    date_hierarchy = "issued_on"
    exclude = ("whorl",)


@admin.register(Revocation)
class RevocationAdmin(HistoryAdmin):
    list_display = ("certificate", "reason_code", "by", "revoked_at")
    list_filter = ("reason_code",)
    list_select_related = ("certificate", "by")


@admin.register(Achievement)
class AchievementAdmin(HistoryAdmin):
    """Read-only: achievements come with the programme folder."""

    list_display = ("title", "slug", "course", "programme", "validity_months")
    list_select_related = ("course", "programme")


@admin.register(CertificateDecision)
class CertificateDecisionAdmin(HistoryAdmin):
    list_display = ("certificate", "asked_at", "decision", "decided_by", "decided_at")
    list_filter = ("decision",)
    list_select_related = ("certificate", "decided_by")
    search_fields = ("certificate__code", "certificate__holder__email")
