"""Clinics and their people in the administration."""

from django.contrib import admin

from clinics.models import Clinic, Membership


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
