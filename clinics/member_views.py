"""The people of a clinic: who they are, what they may, and who is invited. Owners act; members read."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import INVITATION_DAYS, Invitation, InvitationQuerySet, User
from accounts.requests import SignedIn
from accounts.views import posted
from clinics import throttling
from clinics.forms import MemberInvitationForm, RoleForm
from clinics.models import Clinic, LastOwner, Membership
from clinics.scoping import LARGEST_KEY, asks_again, clinic_for
from jobs.mail import send_letter

SHOWN_SINCE = timedelta(days=30)  # ended invitations stay in view for a month


def _about(clinic: Clinic) -> str:
    return f"clinic:{clinic.pk}"


def _invitations(clinic: Clinic) -> InvitationQuerySet:
    """Those that are still open or ended not long ago; accepted ones are members."""
    return Invitation.objects.filter(
        role__in=["clinic_member", "clinic_owner"],
        about=_about(clinic),
        accepted_at=None,
        expires_at__gt=timezone.now() - SHOWN_SINCE,
    ).select_related("invited_by")


def _invite(clinic: Clinic, *, email: str, role: str, by: User) -> Invitation:
    """An invitation to this clinic and no other, and its letter."""
    with transaction.atomic():
        made, token = Invitation.make(role=f"clinic_{role}", about=_about(clinic), email=email, by=by)
        send_letter(
            key=f"invitation:{made.pk}",
            kind="invitation",
            to=made.email,
            template="clinics/email/invited",
            context={
                "invitation": made,
                "link": Invitation.link(token),
                "days": INVITATION_DAYS,
                "by": by,
                "clinic": clinic,
            },
            holds_secret=True,
        )
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def members(request: SignedIn, clinic_id: int) -> HttpResponse:
    """Who belongs here; owners invite."""
    clinic, membership = clinic_for(request.user, clinic_id, owner=request.method == "POST")
    form = MemberInvitationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if Membership.objects.filter(clinic=clinic, user__email__iexact=email).exists():
            form.add_error("email", _("This person is a member already. Change the role in the list."))
        elif _invitations(clinic).open().filter(email=email).exists():
            form.add_error("email", _("This address has an open invitation. Send it again from the list."))
        elif throttling.is_too_much(request, "invite"):
            return render(request, "429.html", status=429)
        else:
            _invite(clinic, email=email, role=form.cleaned_data["role"], by=request.user)
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": email})
            return redirect("clinics:members", clinic_id=clinic.pk)
    found = Membership.objects.filter(clinic=clinic).select_related("user").order_by("-role", "since", "pk")
    context = {
        "clinic": clinic,
        "membership": membership,
        "form": form,
        "members": found,
        "owners": sum(each.is_owner for each in found),
        "invitations": _invitations(clinic),
        "roles": Membership.Role.choices,
        "days": INVITATION_DAYS,
    }
    return render(request, "clinics/members.html", context, status=422 if form.errors else 200)


def _member(request: SignedIn, clinic_id: int, pk: int, *, may_be_oneself: bool = False) -> Membership:
    """A membership of this clinic, for its owners; one's own, for everybody where that is allowed."""
    clinic, own = clinic_for(request.user, clinic_id)
    if not own.is_owner and not (may_be_oneself and own.pk == pk):
        raise Http404
    return get_object_or_404(
        Membership.objects.select_related("user", "clinic"), clinic=clinic, pk=min(pk, LARGEST_KEY)
    )


def _last_owner(request: SignedIn) -> None:
    messages.warning(
        request, _("Nothing was changed: a clinic keeps at least one owner. Make somebody else an owner first.")
    )


@require_POST
@asks_again
def role_create(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """Owners change what a member may."""
    found = _member(request, clinic_id, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was changed: choose a role from the list."))
        return redirect("clinics:members", clinic_id=clinic_id)
    try:
        found.clinic.change_role(found.user, Membership.Role(form.cleaned_data["role"]))
    except LastOwner:
        _last_owner(request)
    else:
        _end_invitations_of(found)
        messages.success(request, _("Role changed."))
    return redirect("clinics:members", clinic_id=clinic_id)


@require_POST
@asks_again
def member_end(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """Owners take somebody out; everybody may leave."""
    found = _member(request, clinic_id, pk, may_be_oneself=True)
    try:
        found.clinic.leave(found.user)
    except LastOwner:
        _last_owner(request)
        return redirect("clinics:members", clinic_id=clinic_id)
    _end_invitations_of(found)
    if found.user == request.user:
        messages.success(request, _("You have left %(clinic)s.") % {"clinic": found.clinic})
        return redirect("today")
    messages.success(request, _("%(name)s is no longer a member.") % {"name": found.user})
    return redirect("clinics:members", clinic_id=clinic_id)


def _invitation(request: SignedIn, clinic_id: int, pk: int) -> tuple[Clinic, Invitation]:
    clinic, _membership = clinic_for(request.user, clinic_id, owner=True)
    return clinic, get_object_or_404(_invitations(clinic), pk=min(pk, LARGEST_KEY))


@require_POST
@asks_again
def invitation_again(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """A new link in a new letter; the one before opens nothing any more."""
    clinic, found = _invitation(request, clinic_id, pk)
    if throttling.is_too_much(request, "invite"):
        return render(request, "429.html", status=429)
    with transaction.atomic():
        if _withdraw(found):
            _invite(clinic, email=found.email, role=found.role.removeprefix("clinic_"), by=request.user)
            messages.success(request, _("Sent again to %(email)s. Only the new link works.") % {"email": found.email})
        else:
            messages.info(request, _("It has been accepted in the meantime."))
    return redirect("clinics:members", clinic_id=clinic_id)


@require_POST
@asks_again
def invitation_end(request: SignedIn, clinic_id: int, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    _clinic, found = _invitation(request, clinic_id, pk)
    if _withdraw(found):
        messages.success(request, _("Withdrawn. The link no longer works."))
    else:
        messages.info(request, _("It has been accepted in the meantime."))
    return redirect("clinics:members", clinic_id=clinic_id)


def _end_invitations_of(former: Membership) -> None:
    """Who owns the clinic no more lets nobody in: another owner may send what still waits again."""
    if not Membership.objects.filter(clinic=former.clinic, user=former.user, role=Membership.Role.OWNER).exists():
        now = timezone.now()
        _invitations(former.clinic).open(now).filter(invited_by=former.user).update(expires_at=now)


def _withdraw(found: Invitation) -> bool:
    """End it and take it out of the list. False when it was accepted a moment before."""
    gone = timezone.now() - SHOWN_SINCE
    return bool(Invitation.objects.filter(pk=found.pk, accepted_at=None).update(expires_at=gone))
