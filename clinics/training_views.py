"""Training records: one for each person on a clinic's list, as a page, a CSV and a sealed PDF."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from accounts.views import posted
from clinics import training, watching
from clinics.forms import SiteTrainingForm
from clinics.models import Clinic, SiteTraining, WatchItem
from clinics.scoping import LARGEST_KEY, clinic_for
from clinics.watching import Row


@require_safe
def records(request: SignedIn, clinic_id: int) -> HttpResponse:
    """Everybody a record can be asked of: those on the list, and former staff with trainings of the clinic."""
    clinic, membership = clinic_for(request.user, clinic_id)
    items = WatchItem.objects.filter(clinic=clinic)
    listed = _one_each(watching.rows_of(items.listed()))
    holders = {row.certificate.holder_id for row, _first in listed}
    former = items.filter(ended_at__isnull=False, site_trainings__isnull=False).distinct()
    context = {
        "clinic": clinic,
        "membership": membership,
        "listed": listed,
        "former": [
            row for row, _first in _one_each(watching.rows_of(former)) if row.certificate.holder_id not in holders
        ],
    }
    return render(request, "clinics/records.html", context)


def _one_each(rows: list[Row]) -> list[tuple[Row, Row]]:
    """One line a person, by name: what carries the name of today, and what needs doing first."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.certificate.holder_id, []).append(row)
    people = [(watching.newest(theirs), theirs[0]) for theirs in found.values()]
    return sorted(people, key=lambda person: person[0].name.casefold())


def _item(clinic: Clinic, pk: int) -> WatchItem:
    """On the list, or kept for the clinic's own trainings."""
    found = WatchItem.objects.filter(clinic=clinic, pk=min(pk, LARGEST_KEY)).select_related("certificate").first()
    if found is None or (found.ended_at and not found.site_trainings.exists()):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """One person's record, and a form for what the clinic taught on site."""
    clinic, membership = clinic_for(request.user, clinic_id)
    item = _item(clinic, pk)
    form = SiteTrainingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        SiteTraining.objects.create(item=item, added_by=request.user, **form.cleaned_data)
        messages.success(request, _("Training added."))
        return redirect("clinics:record", clinic_id=clinic.pk, pk=item.pk)
    context = {
        "clinic": clinic,
        "membership": membership,
        "item": item,
        "record": training.record_of(clinic, item),
        "form": form,
    }
    return render(request, "clinics/record.html", context, status=422 if form.errors else 200)


def _file(content: bytes | str, kind: str, name: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    called = slugify(name) or "record"
    response["Content-Disposition"] = f'attachment; filename="training-{called}.{ending}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def record_csv(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    clinic, _membership = clinic_for(request.user, clinic_id)
    found = training.record_of(clinic, _item(clinic, pk))
    return _file(training.as_csv(found), "text/csv; charset=utf-8", found.attendee, "csv")


@require_safe
def record_pdf(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    clinic, _membership = clinic_for(request.user, clinic_id)
    found = training.record_of(clinic, _item(clinic, pk))
    return _file(training.as_pdf(found, by=request.user), "application/pdf", found.attendee, "pdf")


@require_POST
def site_training_end(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """A training written down by mistake leaves the record."""
    clinic, _membership = clinic_for(request.user, clinic_id)
    found = get_object_or_404(SiteTraining.objects.select_related("item"), item__clinic=clinic, pk=min(pk, LARGEST_KEY))
    item = found.item
    found.delete()
    messages.success(request, _("Training removed."))
    is_left = item.ended_at is None or item.site_trainings.exists()
    return redirect("clinics:record", clinic_id, item.pk) if is_left else redirect("clinics:records", clinic_id)
