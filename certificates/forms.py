"""What staff type to revoke a certificate."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.models import Revocation


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
        widget=forms.Textarea,
    )

    def words(self) -> dict[str, Any]:
        """What `Certificate.revoke` asks for."""
        return dict(self.cleaned_data)
