"""People in the administration. Signing in there is signing in like everywhere else."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  the three register theirs first; below we put ours in their place
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Agreement, Invitation, User
from jobs.final import HistoryAdmin

admin.site.site_header = admin.site.site_title = _("Administration")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


for theirs in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(theirs)


class PersonAddForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "name"]


class PersonChangeForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonChangeForm
    add_form = PersonAddForm
    ordering = ["email"]
    list_display = ["email", "name", "is_staff", "is_active", "last_seen_at"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["email", "name"]
    readonly_fields = ["name_confirmed_at", "date_joined", "last_login", "last_seen_at"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["name", "name_confirmed_at", "time_zone"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Times"), {"fields": ["date_joined", "last_login", "last_seen_at"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        if obj:
            fields.append("email")  # people change their own, with a code to the new address
        if not request.user.is_superuser:  # nobody lifts themselves up
            fields += ["is_staff", "is_superuser", "groups", "user_permissions"]
        return fields

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # what a person did stays in the records: close the account instead

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if "name" in form.changed_data:
            obj.name_confirmed_at = None  # a name counts once its owner has confirmed it
        super().save_model(request, obj, form, change)


@admin.register(Agreement)
class AgreementAdmin(HistoryAdmin):
    list_display = ["user", "document", "version", "agreed_at"]
    list_filter = ["document", "version"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Made on a page of its own, where the link is shown; here an open one can be ended sooner or later."""

    list_display = ["email", "role_label", "about_label", "invited_by", "expires_at", "accepted_at"]
    list_filter = ["role", "accepted_at"]
    search_fields = ["email"]
    list_select_related = ["invited_by"]
    fields = ["email", "role", "about", "invited_by", "created_at", "expires_at", "accepted_at", "accepted_by"]
    readonly_fields = ["email", "role", "about", "invited_by", "created_at", "accepted_at", "accepted_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.accepted_at)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False


@admin.register(EmailAddress)
class AddressAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Addresses, and whether their owner has shown that they are theirs."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    search_fields = ["email", "user__name"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]

    def get_readonly_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> list[str]:
        return ["email", "user"] if obj else []


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Second factors, without their secrets. Deleting one lets a person in who lost it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]
    fields = ["user", "type", "created_at", "last_used_at"]
    readonly_fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False


@admin.register(UserSession)
class SessionAdmin(HistoryAdmin):
    list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]
    fields = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
