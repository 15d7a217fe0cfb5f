"""Checking many certificates: paste or upload, read the answer, take it away as a table or a sealed summary."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from clinics import bulk as reading
from clinics import summarising, throttling
from clinics.models import BulkCheck, Clinic, Membership
from clinics.scoping import LARGEST_KEY, clinic_for
from jobs.models import Job

LAST = 20
MOST_TO_WATCH = 50  # what the page that puts people on the staff list takes at once


class BulkForm(forms.Form):
    """One of two ways to give the same list."""

    pasted = forms.CharField(
        label=_("Paste the numbers"),
        help_text=_(
            "One certificate on each line. After it, if you like, a comma and the name it should be made out to."
        ),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or choose a CSV file"),
        help_text=_("Codes in the first column, names in the second; or a first line that says “code” and “name”."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        file, pasted = cleaned.get("file"), cleaned.get("pasted", "")
        if file and pasted.strip():
            self.add_error("file", _("There is a list above as well. Send one of the two."))
            return cleaned
        try:
            rows = reading.read_csv(file.read(reading.LARGEST_FILE + 1)) if file else reading.read_paste(pasted)
        except reading.NotReadable as why:
            for problem in why.problems:
                self.add_error("file" if file else "pasted", problem)
        else:
            cleaned["rows"] = rows
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: SignedIn, clinic_id: int) -> HttpResponse:
    """The form, and the last checks of this clinic."""
    clinic, membership = clinic_for(request.user, clinic_id)
    if request.method != "POST":
        return _page(request, clinic, membership, BulkForm())
    form = BulkForm(request.POST, request.FILES)
    if form.is_valid():
        if not throttling.is_too_much(request, "bulk"):
            check = summarising.remember(clinic, reading.check(form.cleaned_data["rows"]), by=request.user)
            return redirect("clinics:bulk_check", clinic_id=clinic.pk, pk=check.pk)
        form.add_error(None, _("That is a lot of checks in a minute. Wait a little and send it again."))
        return _page(request, clinic, membership, form, status=429)
    return _page(request, clinic, membership, form, status=422)


def _page(
    request: SignedIn, clinic: Clinic, membership: Membership, form: BulkForm, *, status: int = 200
) -> HttpResponse:
    checks = list(BulkCheck.objects.filter(clinic=clinic).select_related("by")[:LAST])
    rows = [(check, summarising.counted(check.rows)) for check in checks]
    context = {"clinic": clinic, "membership": membership, "form": form, "checks": rows}
    return render(request, "clinics/bulk.html", context, status=status)


def _found(request: SignedIn, clinic_id: int, pk: int) -> tuple[Clinic, Membership, BulkCheck]:
    clinic, membership = clinic_for(request.user, clinic_id)
    checks = BulkCheck.objects.filter(clinic=clinic).select_related("by")
    return clinic, membership, get_object_or_404(checks, pk=min(pk, LARGEST_KEY))


@require_safe
def bulk_check(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """What the register answered at that moment, worst first."""
    clinic, membership, check = _found(request, clinic_id, pk)
    rows = summarising.worst_first(check.rows)
    standing = list(dict.fromkeys(row["code"] for row in rows if row["state"] in summarising.STANDS))
    context = {
        "clinic": clinic,
        "membership": membership,
        "check": check,
        "rows": summarising.shown(rows),
        "counts": summarising.counted(rows),
        "differ": sum(row["name_match"] == reading.NameMatch.NO_MATCH for row in rows),
        "has_names": any(row["name"] for row in rows),
        "to_watch": standing[:MOST_TO_WATCH],
        "left_to_watch": max(0, len(standing) - MOST_TO_WATCH),
        "is_parked": not check.pdf_sha256
        and Job.objects.parked().filter(kind=summarising.JOB, key=str(check.pk)).exists(),
    }
    return render(request, "clinics/bulk_check.html", context)


@require_safe
def bulk_csv(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    _clinic, _membership, check = _found(request, clinic_id, pk)
    response = HttpResponse(summarising.to_csv(check), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="check-{check.checked_at:%Y-%m-%d}-{check.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def bulk_pdf(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """The sealed summary; what storage gives is compared with what was sealed first."""
    clinic, membership, check = _found(request, clinic_id, pk)
    context = {"clinic": clinic, "membership": membership, "check": check}
    if not check.pdf_sha256:
        response = render(request, "clinics/bulk_preparing.html", context, status=202)
        response["Retry-After"] = "5"
        return response
    content = summarising.stored(check)
    if content is None:
        response = render(request, "clinics/bulk_unreadable.html", context, status=503)
        response["Retry-After"] = "30"
        return response
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="check-{check.checked_at:%Y-%m-%d}-{check.pk}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{check.pdf_sha256}"'
    return response
