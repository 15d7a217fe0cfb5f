"""What staff may look at. All of it is history: nothing is added, changed or deleted here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from certificates.codes import is_well_formed, normalise
from certificates.models import (
    Achievement,
    Certificate,
    CertificateDecision,
    CertificateEvent,
    CertificateRevocationList,
    IssuerKey,
    NameCorrection,
    RegisterLink,
    Revocation,
    StatusEntry,
    StatusListPublication,
    Supersession,
    Suspension,
)
from jobs.final import HistoryAdmin


class ByNumberAdmin(HistoryAdmin):
    """Searched by the number as it is printed, in groups, as well as by the words of a row."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        number = normalise(search_term)
        return super().get_search_results(request, queryset, number if is_well_formed(number) else search_term)


@admin.register(Certificate)
class CertificateAdmin(ByNumberAdmin):
    list_display = ("grouped_code", "holder", "achievement", "cycle", "edition", "issued_on", "expires_on", "standing")
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
class CertificateDecisionAdmin(ByNumberAdmin):
    list_display = ("certificate", "asked_at", "decision", "decided_by", "decided_at")
    list_filter = ("decision",)
    list_select_related = ("certificate", "decided_by")
    search_fields = ("certificate__code", "certificate__holder__email")


@admin.register(Suspension)
class SuspensionAdmin(ByNumberAdmin):
    list_display = ("certificate", "suspended_by", "suspended_at", "reinstated_by", "reinstated_at")
    list_select_related = ("certificate", "suspended_by", "reinstated_by")
    search_fields = ("certificate__code",)


@admin.register(Supersession)
class SupersessionAdmin(ByNumberAdmin):
    list_display = ("older", "newer", "cause", "by", "superseded_at", "is_shared")
    list_filter = ("cause",)
    list_select_related = ("older", "newer", "by")
    search_fields = ("older__code", "newer__code")


@admin.register(NameCorrection)
class NameCorrectionAdmin(ByNumberAdmin):
    list_display = ("certificate", "name", "cause", "asked_at", "decision", "decided_by", "decided_at")
    list_filter = ("decision", "cause")
    list_select_related = ("certificate", "decided_by")
    search_fields = ("certificate__code", "name")


@admin.register(CertificateEvent)
class CertificateEventAdmin(ByNumberAdmin):
    list_display = ("certificate", "number", "kind", "at", "by", "link")
    list_filter = ("kind",)
    list_select_related = ("certificate", "by", "link")
    search_fields = ("certificate__code",)
    ordering = ("-at", "-pk")


@admin.register(RegisterLink)
class RegisterLinkAdmin(ByNumberAdmin):
    list_display = ("number", "event", "sha256", "linked_at")
    list_select_related = ("event__certificate",)
    search_fields = ("event__certificate__code",)
    ordering = ("-number",)


@admin.register(StatusEntry)
class StatusEntryAdmin(ByNumberAdmin):
    list_display = ("certificate", "list_number", "index")
    list_select_related = ("certificate",)
    search_fields = ("certificate__code",)


@admin.register(StatusListPublication)
class StatusListPublicationAdmin(HistoryAdmin):
    list_display = ("purpose", "list_number", "version", "made_at", "valid_until")
    list_filter = ("purpose",)


@admin.register(IssuerKey)
class IssuerKeyAdmin(HistoryAdmin):
    """The public parts. Keys are made, switched and retired by `manage.py keys`."""

    list_display = ("kid", "purpose", "published_at", "active_from", "retired_at", "compromised_at")
    list_filter = ("purpose",)


@admin.register(CertificateRevocationList)
class CertificateRevocationListAdmin(HistoryAdmin):
    list_display = ("issuer", "number", "made_at", "valid_until")
