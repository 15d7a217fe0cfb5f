"""What staff type to review, correct and reissue certificates, and what a holder types to ask for another name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField
from certificates import naming
from certificates.models import NameCorrection, Supersession

CAUSES = [
    (Supersession.Cause.CORRECTION.value, _("It is misspelt")),
    (Supersession.Cause.NAME_CHANGE.value, _("The name has changed")),
]


class PrintedNameField(NameField):
    """A name that the certificate can carry."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(naming.check)


class ReviewForm(forms.Form):
    """Why a review begins, or ends."""

    why = forms.CharField(
        label=_("Why, for the record"),
        help_text=_("Staff read it later. It is not shown to anybody else."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReissueForm(forms.Form):
    name = PrintedNameField(label=_("The name as it should read"))
    cause = forms.ChoiceField(
        label=_("What is wrong with the one it carries"), choices=CAUSES, widget=forms.RadioSelect
    )
    why = forms.CharField(
        label=_("Why, for the record"),
        help_text=_("What you have seen that shows the right name. Only staff read it."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NameCorrectionForm(forms.Form):
    name = PrintedNameField(
        label=_("The name as it should read"), help_text=_("Exactly as in your passport or identity card.")
    )
    cause = forms.ChoiceField(
        label=_("What is wrong with the one it carries"), choices=CAUSES, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What we should know"),
        help_text=_("For example which document shows the name. Do not send numbers of documents."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NameDecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            (NameCorrection.Decision.GRANTED.value, _("Grant it: a certificate with this name replaces the old one")),
            (NameCorrection.Decision.REFUSED.value, _("Refuse it: the certificate stays as it is")),
        ],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=_("Why"),
        help_text=_("The holder reads it in a letter."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
