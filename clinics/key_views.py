"""The API keys of a clinic, for its owners: make one and copy it that once, see which are used, revoke one."""

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from accounts.views import posted
from clinics import access
from clinics.models import ApiKey
from clinics.models.access import Scope
from clinics.scoping import LARGEST_KEY, clinic_for

SHOWN = 50


class KeyForm(forms.Form):
    label = forms.CharField(
        label=_("What it is for"),
        help_text=_("The program that will use it, so that you know it later."),
        max_length=80,
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
    days = forms.TypedChoiceField(
        label=_("How long it counts"),
        choices=[
            (days, ngettext_lazy("%(days)s day", "%(days)s days", days) % {"days": days}) for days in access.LIFETIMES
        ],
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: SignedIn, clinic_id: int) -> HttpResponse:
    """The list, and a new key. The whole key stands in this one answer and nowhere else, so nothing redirects."""
    clinic, membership = clinic_for(request.user, clinic_id, owner=True)
    form = KeyForm(posted(request))
    made: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        raise_if_reauthentication_required(request, app="clinics")
        if ApiKey.objects.usable().filter(clinic=clinic).count() >= access.MOST_KEYS:
            form.add_error(
                None, _now("The clinic has %(most)s keys in use. Revoke one first.") % {"most": access.MOST_KEYS}
            )
        else:
            key, whole = access.make(clinic, by=request.user, **form.cleaned_data)
            made, form = {"key": key, "whole": whole}, KeyForm()
    context = {
        "clinic": clinic,
        "membership": membership,
        "form": form,
        "made": made,
        "keys": ApiKey.objects.filter(clinic=clinic).select_related("made_by", "revoked_by")[:SHOWN],
        "address": f"{settings.SITE_URL}{reverse('api:openapi-json')}",
        "example": f"{settings.SITE_URL}{reverse('api:verify_bulk')}",
    }
    return render(request, "clinics/keys.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def api_key_end(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """Revoke a key, after a look at which. It asks for no second sign-in: a leaked key must go at once."""
    clinic, membership = clinic_for(request.user, clinic_id, owner=True)
    key = get_object_or_404(ApiKey.objects.filter(clinic=clinic), pk=min(pk, LARGEST_KEY))
    if request.method == "POST":
        if key.revoked_at is None:
            access.revoke(key, by=request.user)
            messages.success(request, _now("Revoked. The key “%(label)s” counts no more.") % {"label": key.label})
        return redirect("clinics:api_keys", clinic_id=clinic.pk)
    return render(request, "clinics/key_end.html", {"clinic": clinic, "membership": membership, "key": key})
