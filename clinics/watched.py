"""What a holder sees of those who watch: which clinics, which certificates, since when; and the word to refuse it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from clinics.models import WatchItem
from clinics.scoping import LARGEST_KEY


@require_safe
def watched_by(request: SignedIn) -> HttpResponse:
    """Whose lists the reader stands on."""
    found = (
        WatchItem.objects.of_holder(request.user)
        .select_related("clinic", "certificate__achievement")
        .order_by("clinic__name", "clinic__place", "-added_at")
    )
    # A refusal stays one after the clinic took its line off, and after it did so twice.
    seen: set[tuple[int, int]] = set()
    items = []
    for item in found:
        if (item.clinic_id, item.certificate_id) not in seen:
            seen.add((item.clinic_id, item.certificate_id))
            items.append(item)
    context = {
        "watching": [item for item in items if not item.refused_at],
        "refused": [item for item in items if item.refused_at],
    }
    return render(request, "clinics/watched_by.html", context)


def _theirs(request: SignedIn, pk: int) -> WatchItem:
    mine = WatchItem.objects.of_holder(request.user).select_related("clinic", "certificate__achievement")
    return get_object_or_404(mine, pk=min(pk, LARGEST_KEY))


@require_http_methods(["GET", "HEAD", "POST"])
def refusal_create(request: SignedIn, pk: int) -> HttpResponse:
    """Refuse that a clinic watches a certificate, after a look at what it means."""
    item = _theirs(request, pk)
    if request.method == "POST" and not item.refused_at:
        item.refuse()
        messages.success(request, _("%(clinic)s no longer watches this certificate.") % {"clinic": item.clinic})
    if request.method == "POST" or item.refused_at:
        return redirect("clinics:watched_by")
    return render(request, "clinics/refusal.html", {"item": item})


@require_POST
def refusal_end(request: SignedIn, pk: int) -> HttpResponse:
    """The clinic may watch it after all."""
    item = _theirs(request, pk)
    if item.refused_at:
        item.lift_refusal()
        words = (
            _("%(clinic)s watches this certificate again.")
            if item.ended_at is None
            else _("%(clinic)s may put this certificate on its list again.")
        )
        messages.success(request, words % {"clinic": item.clinic})
    return redirect("clinics:watched_by")
