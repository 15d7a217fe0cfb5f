"""The alerts of a clinic: what was told, and where its own system hears of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from accounts.views import page_number, posted
from clinics import throttling, webhooks
from clinics.forms import WebhookForm
from clinics.models import Alert, Clinic, Webhook, WebhookDelivery
from clinics.scoping import asks_again, clinic_for

PER_PAGE = 25
SHOWN_DELIVERIES = 10


def _webhook_of(clinic: Clinic) -> Webhook | None:
    return Webhook.objects.filter(clinic=clinic).select_related("set_by").first()


@require_safe
def alerts(request: SignedIn, clinic_id: int) -> HttpResponse:
    """What this clinic was told, the newest first, and how its own system is doing."""
    clinic, membership = clinic_for(request.user, clinic_id)
    told = Alert.objects.filter(item__clinic=clinic, channel=Alert.Channel.MAIL)
    found = _webhook_of(clinic)
    context = {
        "clinic": clinic,
        "membership": membership,
        "page": Paginator(told, PER_PAGE).get_page(page_number(request)),
        "webhook": found,
        "failing_since": webhooks.failing_since(found) if found and found.is_on else None,
    }
    return render(request, "clinics/alerts.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def webhook(request: SignedIn, clinic_id: int) -> HttpResponse:
    """Owners say where alerts go. The secret is shown once; saving the address again makes a new one."""
    clinic, membership = clinic_for(request.user, clinic_id, owner=True)
    found = _webhook_of(clinic)
    form = WebhookForm(posted(request), initial={"url": found.url} if found else None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        found = webhooks.set_address(clinic, form.cleaned_data["url"], by=request.user)
        secret = found.secret
        form = WebhookForm(initial={"url": found.url})
    deliveries = WebhookDelivery.objects.filter(alert__item__clinic=clinic).select_related("alert")
    context = {
        "clinic": clinic,
        "membership": membership,
        "form": form,
        "webhook": found,
        "secret": secret,
        "deliveries": deliveries[:SHOWN_DELIVERIES],
        "failing_since": webhooks.failing_since(found) if found else None,
        "parked": webhooks.parked_for(clinic) if found else 0,
        "sample": webhooks.sample(),
    }
    return render(request, "clinics/webhook.html", context, status=422 if form.errors else 200)


def _owned_webhook(request: SignedIn, clinic_id: int) -> Webhook:
    clinic, _membership = clinic_for(request.user, clinic_id, owner=True)
    found = Webhook.objects.filter(clinic=clinic).select_related("clinic").first()
    if found is None:
        raise Http404
    return found


@require_POST
def webhook_test(request: SignedIn, clinic_id: int) -> HttpResponse:
    """Send a test now, and say what came back."""
    found = _owned_webhook(request, clinic_id)
    if throttling.is_too_much(request, "webhook_test"):
        return render(request, "429.html", status=429)
    taken, words = webhooks.try_out(found)
    if taken:
        messages.success(request, _("The test arrived. %(words)s") % {"words": words})
    else:
        messages.warning(request, _("The test did not arrive. %(words)s") % {"words": words})
    return redirect("clinics:webhook", clinic_id=clinic_id)


@require_POST
def webhook_again(request: SignedIn, clinic_id: int) -> HttpResponse:
    """The other side is mended: switch it on, and send what could not be delivered."""
    found = _owned_webhook(request, clinic_id)
    webhooks.switch_on(found)
    number = webhooks.send_parked_again(found)
    messages.success(request, _("Alerts are sent again. Waiting: %(number)d.") % {"number": number})
    return redirect("clinics:webhook", clinic_id=clinic_id)


@require_POST
@asks_again
def webhook_end(request: SignedIn, clinic_id: int) -> HttpResponse:
    """No more alerts to this address; the secret is forgotten."""
    _owned_webhook(request, clinic_id).delete()
    messages.success(request, _("Removed. Alerts go on by mail."))
    return redirect("clinics:alerts", clinic_id=clinic_id)
