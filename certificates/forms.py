"""What staff type to revoke a certificate, and to decide whether one stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import CertificateDecision, Revocation


class RevocationForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("Reason"), choices=Revocation.Reason)
    public_reason = forms.CharField(
        label=_("What everyone who checks it will read"),
        help_text=_("One or two plain sentences. No names of others, nothing about health."),
        max_length=300,
    )
    private_note = forms.CharField(
        label=_("Note for staff"),
        help_text=_("Kept with the record; never shown on the check page."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def words(self) -> dict[str, Any]:
        """What `Certificate.revoke` asks for."""
        return dict(self.cleaned_data)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Your decision"), choices=CertificateDecision.Decision, widget=forms.RadioSelect
    )
    why = forms.CharField(
        label=_("Why, for the record"),
        help_text=_("Staff read it later. It is not shown to anybody else."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    public_reason = forms.CharField(
        label=_("What everyone who checks it will read"),
        help_text=_("Only needed to revoke it. One or two plain sentences. No names of others."),
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == CertificateDecision.Decision.REVOKE and not cleaned.get("public_reason"):
            self.add_error("public_reason", _("Say what everyone who checks the certificate will read."))
        return cleaned
