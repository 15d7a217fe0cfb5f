"""What a clinic's people type: whom to watch, whom to invite, where alerts go, what was trained on site."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms import EMAIL_LENGTH
from certificates.dates import academy_today
from clinics import watching
from clinics.models import Membership


class ItemForm(forms.Form):
    """The clinic's own words on somebody it watches. The holder can read them."""

    job_title = forms.CharField(
        label=_("Job title"),
        max_length=120,
        required=False,
        help_text=_("As it should stand in a training record."),
    )
    site = forms.CharField(label=_("Site"), max_length=120, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("The holder can read it. Nothing about health."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WatchForm(ItemForm):
    """One number or several, put on the list with the same words."""

    codes = forms.CharField(
        label=_("Certificate numbers"),
        max_length=4000,
        help_text=_("One a line, up to 50. Dashes and capital letters do not matter; a link to a check page will do."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type or paste at least one certificate number.")},
    )
    field_order = ["codes", "job_title", "site", "note"]

    def clean_codes(self) -> list[str]:
        codes = watching.codes_in(self.cleaned_data["codes"])
        if not codes:
            raise forms.ValidationError(_now("Type or paste at least one certificate number."))
        if len(codes) > watching.MOST_AT_ONCE:
            raise forms.ValidationError(
                _now("These are %(found)d numbers. Paste up to %(most)d at a time.")
                % {"found": len(codes), "most": watching.MOST_AT_ONCE}
            )
        return codes

    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("job_title", "site", "note")}


class MemberInvitationForm(forms.Form):
    """Whom an owner invites to their own clinic."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=EMAIL_LENGTH,
        help_text=_("Only the owner of this address can accept."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the address of whom you invite.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role,
        help_text=_(
            "Members watch and check. Owners also look after members, alerts to your own system, and API keys."
        ),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class WebhookForm(forms.Form):
    """Where alerts go."""

    url = forms.URLField(
        label=_("Address of your system"),
        max_length=500,
        assume_scheme="https",
        help_text=_("It begins with https:// and can be reached from the internet."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={"required": _("Enter the address that alerts are sent to.")},
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_ON_LOOPBACK):
            raise forms.ValidationError(_now("Use an address that begins with https://."))
        if parts.username or parts.password:
            raise forms.ValidationError(_now("Leave name and password out of the address: every alert is signed."))
        return url


class SiteTrainingForm(forms.Form):
    """What the clinic taught somebody itself."""

    on = forms.DateField(label=_("Date of the training"), widget=forms.DateInput(attrs={"type": "date"}))
    content = forms.CharField(
        label=_("Content, or a summary of it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    trainer = forms.CharField(label=_("Trainer"), max_length=120)
    qualification = forms.CharField(label=_("The trainer’s qualification"), max_length=200)
    notes = forms.CharField(label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > academy_today():
            raise forms.ValidationError(_now("This day has not come yet."))
        return day
