"""Pages about the person: profile, name, invitations, and the letters of demo mode."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import keeping, landing
from accounts.forms import InvitationForm, NameForm, ProfileForm
from accounts.models import INVITATION_DAYS, Invitation, User
from accounts.requests import SignedIn
from jobs.mail import send_letter
from jobs.models import Mail

PER_PAGE = 25


def page_number(request: HttpRequest) -> str:
    """The page asked for; the paginator puts up with anything short."""
    return request.GET.get("page", "1")[:6]


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when it is nothing at all."""
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    """Name and clock, and the way to everything that keeps the account safe."""
    form = ProfileForm(posted(request), instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        request.user.change_profile(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def name_confirm(request: SignedIn) -> HttpResponse:
    """The name is looked at once more before the first graded attempt."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours or not target.startswith("/"):  # a bare word would be taken for the name of a page
        target = ""
    form = NameForm(posted(request), initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        request.user.confirm_name(form.cleaned_data["name"])
        messages.success(request, _("Name confirmed."))
        return redirect(target or "profile")
    context = {"form": form, "next": target}
    return render(request, "accounts/name_confirm.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def kept_form(request: SignedIn) -> HttpResponse:
    """What was sent while signed out: shown first, and sent only by its sender."""
    kept = keeping.look(request)
    by_another = kept is not None and kept.by not in {None, request.user.pk}
    return render(request, "accounts/kept_form.html", {"kept": kept, "by_another": by_another})


@require_POST
def kept_form_removal_create(request: SignedIn) -> HttpResponse:
    """It shall not be sent after all."""
    if keeping.look(request):
        messages.success(request, _("Thrown away."))
    keeping.drop(request.session)
    return redirect(landing.page_for(request.user))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: SignedIn) -> HttpResponse:
    """Staff invite people. The link is shown to them once, and goes out by mail."""
    if not request.user.is_staff:
        raise Http404
    form = InvitationForm(posted(request))
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            invitation, token = form.make(by=request.user)
            link = Invitation.link(token)
            send_letter(
                key=f"invitation:{invitation.pk}",
                kind="invitation",
                to=invitation.email,
                template="accounts/email/invitation",
                context={"invitation": invitation, "link": link, "days": INVITATION_DAYS},
                holds_secret=True,
            )
        made = {"invitation": invitation, "link": link}
        form = InvitationForm()
    page = Paginator(Invitation.objects.select_related("accepted_by", "invited_by"), PER_PAGE)
    context = {"form": form, "made": made, "page": page.get_page(page_number(request)), "days": INVITATION_DAYS}
    return render(request, "accounts/invitations.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link sees what it is; only the owner of the address can take it up, once."""
    found = Invitation.objects.by_token(token)
    state = _invitation_state(found, request.user)
    if request.method == "POST" and found and state == "ready" and isinstance(request.user, User):
        if found.accept(request.user):
            _renew_session(request)
            messages.success(request, _("Accepted: %(role)s.") % {"role": found.role_label})
            return redirect(landing.page_for(request.user))
        found = Invitation.objects.by_token(token)
        state = _invitation_state(found, request.user)
    here = reverse("invitation", args=[token])
    query = urlencode({"next": here} | ({"email": found.email} if found else {}))
    context = {"invitation": found, "state": state, "query": query, "here": here}
    # A used or ended one is still a page, so that its holder learns what became of it.
    status = 404 if found is None else 409 if request.method == "POST" else 200
    response = render(request, "accounts/invitation.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"  # the address is the key; "no-referrer" would break our own forms
    return response


def _invitation_state(found: Invitation | None, user: Any) -> str:
    if found is None:
        return "unknown"
    if found.accepted_at:
        return "mine" if found.accepted_by == user else "used"
    if found.is_over:
        return "ended"
    if not found.about_label:  # the clinic or course has left since
        return "gone"
    if not isinstance(user, User):
        return "signed_out"
    return "ready" if found.is_for(user) else "foreign"


def _renew_session(request: HttpRequest) -> None:
    """A new key for a person with new rights; the list of sessions follows it."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


@login_not_required
@never_cache
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """In demo mode anyone on this machine reads every letter: a newcomer needs the code before having an account."""
    if not settings.DEMO:
        raise Http404
    page = Paginator(Mail.objects.order_by("-pk"), PER_PAGE).get_page(page_number(request))
    return render(request, "accounts/demo_mail.html", {"page": page})


@login_not_required
@never_cache
@require_safe
def demo_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter, as text."""
    if not settings.DEMO or pk >= 2**63:
        raise Http404
    return render(request, "accounts/demo_letter.html", {"letter": get_object_or_404(Mail, pk=pk)})
