"""What the gallery of parts shows: a sample of each, none of it stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ICONS = (
    *("tick", "cross", "clock", "flag", "arrow-right", "arrow-left", "arrow-up", "arrow-down", "menu", "sun", "moon"),
    *("contrast", "search", "print", "download", "upload", "link", "shield", "octagon-bar", "disc-tick", "pencil"),
    *("mail", "qr", "info", "warning", "user", "people", "logout", "list", "grid", "play", "lock", "key", "calendar"),
    *("refresh", "external", "eye", "eye-off", "document", "certificate", "cloud-off", "drop", "plus", "minus"),
    *("question", "chevron-down"),
)


class SampleForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), help_text=gettext_lazy("We write to it once."))
    zone = forms.ChoiceField(
        label=gettext_lazy("Zone"),
        choices=[("front", gettext_lazy("Front")), ("crown", gettext_lazy("Crown"))],
        widget=forms.RadioSelect,
    )
    layer = forms.ChoiceField(
        label=gettext_lazy("Layer"),
        choices=[("", "–"), ("epidermis", gettext_lazy("Epidermis")), ("dermis", gettext_lazy("Dermis"))],
    )
    words = forms.CharField(label=gettext_lazy("In your own words"), widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label=gettext_lazy("I have read the terms"))


def samples() -> dict[str, Any]:
    return {
        "form": SampleForm({"email": "somebody", "zone": "crown"}),
        "outline": [
            {"label": _("Layers of the scalp"), "href": "#rule", "state": "done", "meta": "12 min"},
            {"label": _("Hair and follicles"), "href": "#rule", "state": "done", "meta": "10 min"},
            {"label": _("Holding the upper dermis"), "href": "#rule", "state": "here", "meta": "11 min"},
            {"label": _("Angle, stretch and speed"), "href": "#rule", "state": "open", "meta": "14 min"},
            {"label": _("Quiz"), "href": "", "state": "locked", "meta": "20 min"},
        ],
        "beads": ["done", "done", "here", "open", "open"],
        "tones": ["plain", "pass", "wait", "stop", "go"],
        "standings": [
            *("valid", "expires_soon", "hygiene_renewal_due", "expired", "suspended", "revoked", "superseded"),
            *("unknown", "unavailable"),
        ],
        "rows": [
            (_("Issued"), "2 November 2026"),
            (_("Valid until"), "2 November 2028"),
            (_("Certificate number"), "7KQ4-M2XD-9F3H-0W8R"),
        ],
        "icons": ICONS,
    }
