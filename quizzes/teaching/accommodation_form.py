"""What is typed to grant an accommodation, or to end one: shape and bounds, no rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quizzes.deadlines import USUAL
from quizzes.models import Quiz
from quizzes.models.accommodation import MOST_ATTEMPTS, MOST_MINUTES, MOST_PERCENT

LONGEST_REASON = 2000
FARTHEST = timedelta(days=3653)
WHAT = ("time_percent", "extra_minutes", "extra_attempts", "opens_at", "closes_at", "read_outs")
USUAL_WHAT = {"time_percent": USUAL, "extra_minutes": 0, "extra_attempts": 0, "read_outs": False}


class Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class AccommodationForm(forms.Form):
    time_percent = forms.IntegerField(
        label=_("Time, in percent of the usual"),
        help_text=_("100 is the usual time; 150 is half as much again."),
        min_value=USUAL,
        max_value=MOST_PERCENT,
        initial=USUAL,
    )
    extra_minutes = forms.IntegerField(
        label=_("Extra minutes"), help_text=_("On top of that."), min_value=0, max_value=MOST_MINUTES, initial=0
    )
    extra_attempts = forms.IntegerField(
        label=_("Extra attempts"),
        help_text=_("In the same hours as the usual ones."),
        min_value=0,
        max_value=MOST_ATTEMPTS,
        initial=0,
    )
    opens_at = forms.DateTimeField(
        label=_("Opens to them"), help_text=_("In place of the quiz’s own date."), required=False, widget=Moment
    )
    closes_at = forms.DateTimeField(label=_("Closes to them"), required=False, widget=Moment)
    read_outs = forms.BooleanField(
        label=_("Colours come with their numbers"),
        help_text=_("Every colour shows its L*, a*, b*: for those who cannot tell colours apart by eye."),
        required=False,
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("For whoever teaches this and for staff. The trainee’s pages do not show it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, quizzes: QuerySet[Quiz], every: bool, **kwargs: Any) -> None:
        """`every`: may this person grant it for every quiz at once?"""
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        none = _("Every quiz") if every else _("Choose a quiz")
        self.fields["quiz"] = forms.ModelChoiceField(quizzes, label=_("For"), required=not every, empty_label=str(none))
        self.order_fields(["quiz"])

    def clean_key(self) -> UUID:
        try:
            return UUID(self.cleaned_data["key"])
        except ValueError:
            return uuid4()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("opens_at"), given.get("closes_at")
        for name, moment in (("opens_at", opens), ("closes_at", closes)):
            if moment and abs(moment - timezone.now()) > FARTHEST:  # beyond, clocks run out of years
                self.add_error(name, _("Choose a day within ten years of today."))
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("It must close after it opens."))
        if not self.errors and all(given.get(name) == USUAL_WHAT.get(name) for name in WHAT):
            raise forms.ValidationError(_("Grant something: time, attempts, dates or numbers beside colours."))
        return given

    def words(self) -> dict[str, Any]:
        """What `accommodating.grant` asks for."""
        return dict(self.cleaned_data)


class EndingForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it ends"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )
