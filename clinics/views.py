"""The staff list: whom a clinic relies on, and what needs doing first."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from accounts.views import posted
from clinics import throttling, watching
from clinics.forms import ItemForm, WatchForm
from clinics.models import Alert, Clinic, WatchItem
from clinics.scoping import LARGEST_KEY, clinic_for
from clinics.watching import Row


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """The one clinic someone is a member of; a choice when there are several."""
    clinics = list(Clinic.objects.of(request.user).order_by("name", "place"))
    if not clinics:
        raise Http404
    if len(clinics) == 1:
        return redirect("clinics:staff", clinic_id=clinics[0].pk)
    return render(request, "clinics/mine.html", {"clinics": clinics})


@require_safe
def staff(request: SignedIn, clinic_id: int) -> HttpResponse:
    """The whole list at a glance; a count or a word narrows it."""
    clinic, membership = clinic_for(request.user, clinic_id)
    rows = watching.rows_of(WatchItem.objects.filter(clinic=clinic).listed())
    only, query = request.GET.get("only", ""), request.GET.get("q", "")[:100].strip()
    context = {
        "clinic": clinic,
        "membership": membership,
        "counts": watching.counted(rows),
        "total": len(rows),
        "groups": watching.grouped_rows(_narrowed(rows, only, query)),
        "only": only if only in watching.GROUPS else "",
        "query": query,
    }
    return render(request, "clinics/staff.html", context)


def _narrowed(rows: Sequence[Row], only: str, query: str) -> list[Row]:
    words = query.casefold().split()
    return [
        row
        for row in rows
        if (only not in watching.GROUPS or row.group == only) and all(word in row.words for word in words)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def watch_create(request: SignedIn, clinic_id: int) -> HttpResponse:
    """Put people on the list by the numbers of their certificates."""
    clinic, membership = clinic_for(request.user, clinic_id)
    form = WatchForm(posted(request))
    outcomes: list[watching.Outcome] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if throttling.is_too_much(request, "watch"):
                return render(request, "429.html", status=429)
            for code in form.cleaned_data["codes"]:
                outcomes.append(watching.add(clinic, code, by=request.user, **form.words()))
            if all(outcome.item for outcome in outcomes):
                messages.success(request, _put_on_list(outcomes))
                return redirect("clinics:staff", clinic_id=clinic.pk)
            left = "\n".join(outcome.typed for outcome in outcomes if not outcome.item)
            form = WatchForm(initial={**form.words(), "codes": left})
    context = {
        "clinic": clinic,
        "membership": membership,
        "form": form,
        "added": [outcome for outcome in outcomes if outcome.item],
        "problems": [outcome for outcome in outcomes if not outcome.item],
    }
    return render(request, "clinics/watch_create.html", context, status=status)


def _put_on_list(outcomes: Sequence[watching.Outcome]) -> str:
    number = len(outcomes)
    if all(outcome.is_told for outcome in outcomes):
        return ngettext(
            "On the list. Its holder is told by letter.",
            "%(number)d certificates are on the list. Their holders are told by letter.",
            number,
        ) % {"number": number}
    return ngettext(
        "On the list. Its holder had a letter about it lately and gets no other; their own page shows it.",
        "%(number)d certificates are on the list. Their holders are told by letter, but for those who had one lately; "
        "their own pages show it.",
        number,
    ) % {"number": number}


def listed_row(request: SignedIn, clinic_id: int, pk: int) -> Row:
    """A line of the list of a clinic of this person's; everything else is not there."""
    clinic, _membership = clinic_for(request.user, clinic_id)
    found = WatchItem.objects.filter(clinic=clinic, pk=min(pk, LARGEST_KEY)).listed().select_related("clinic")
    rows = watching.rows_of(found)
    if not rows:
        raise Http404
    return rows[0]


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """One person on the list: what the certificate says today, the clinic's own words, what was told."""
    clinic, membership = clinic_for(request.user, clinic_id)
    row = listed_row(request, clinic_id, pk)
    initial = {name: getattr(row.item, name) for name in ("job_title", "site", "note")}
    form = ItemForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        WatchItem.objects.listed().filter(pk=row.item.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("clinics:item", clinic_id=clinic.pk, pk=row.item.pk)
    context = {
        "clinic": clinic,
        "membership": membership,
        "row": row,
        "form": form,
        "told": Alert.objects.filter(item=row.item, channel=Alert.Channel.MAIL)[:20],
    }
    return render(request, "clinics/item.html", context, status=422 if form.errors else 200)


@require_POST
def newer_create(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """Watch the certificate that replaced this one."""
    row = listed_row(request, clinic_id, pk)
    outcome = watching.watch_newer(row, by=request.user)
    if outcome.item:
        messages.success(request, _put_on_list([outcome]))
    else:
        messages.warning(request, outcome.problem)
    return redirect("clinics:staff", clinic_id=clinic_id)


@require_POST
def item_end(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """Take a certificate off the list."""
    row = listed_row(request, clinic_id, pk)
    row.item.end(by=request.user)
    messages.success(request, _("%(name)s is off the list. No more alerts come.") % {"name": row.name})
    return redirect("clinics:staff", clinic_id=clinic_id)
