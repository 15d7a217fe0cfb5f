"""Clinics and their people in the administration. What clinics watched and were told is history: read, not changed."""

from django.contrib import admin

from clinics.models import (
    Alert,
    ApiKey,
    BulkCheck,
    Clinic,
    IdempotentAnswer,
    Membership,
    SiteTraining,
    WatchItem,
    Webhook,
    WebhookDelivery,
)
from jobs.final import HistoryAdmin


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 1
    autocomplete_fields = ["user"]
    readonly_fields = ["since"]


@admin.register(Clinic)
class ClinicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "place"]
    search_fields = ["name", "place"]
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "clinic", "role", "since"]
    list_filter = ["role"]
    search_fields = ["user__email", "user__name", "clinic__name"]
    list_select_related = ["user", "clinic"]
    autocomplete_fields = ["user", "clinic"]
    readonly_fields = ["since"]


@admin.register(WatchItem)
class WatchItemAdmin(HistoryAdmin):
    list_display = ["clinic", "certificate", "added_at", "ended_at", "refused_at"]
    list_select_related = ["clinic", "certificate"]
    search_fields = ["clinic__name", "certificate__code", "certificate__holder__email"]


@admin.register(Alert)
class AlertAdmin(HistoryAdmin):
    list_display = ["item", "event", "channel", "made_at"]
    list_filter = ["channel"]
    list_select_related = ["item__clinic", "item__certificate"]
    search_fields = ["item__clinic__name", "item__certificate__code"]


@admin.register(Webhook)
class WebhookAdmin(HistoryAdmin):
    list_display = ["clinic", "url", "is_on", "set_at", "off_since"]
    list_select_related = ["clinic"]
    exclude = ["secret"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(HistoryAdmin):
    list_display = ["alert", "tried_at", "status", "error"]
    list_select_related = ["alert__item__clinic", "alert__item__certificate"]


@admin.register(SiteTraining)
class SiteTrainingAdmin(HistoryAdmin):
    list_display = ["item", "on", "trainer", "added_by", "added_at"]
    list_select_related = ["item__clinic", "item__certificate", "added_by"]


@admin.register(ApiKey)
class ApiKeyAdmin(HistoryAdmin):
    list_display = ["clinic", "label", "prefix", "made_at", "expires_at", "last_used_on", "revoked_at"]
    list_select_related = ["clinic"]
    exclude = ["sha256"]


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(HistoryAdmin):
    list_display = ["api_key", "key", "status", "made_at"]
    list_select_related = ["api_key__clinic"]


@admin.register(BulkCheck)
class BulkCheckAdmin(HistoryAdmin):
    list_display = ["clinic", "by", "checked_at"]
    list_select_related = ["clinic", "by"]
