"""Which clinic a request is about: a member's own, or none that exists."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import User
from clinics.models import Clinic, Membership

LARGEST_KEY = 2**63 - 1

View = Callable[..., HttpResponse]


def clinic_for(user: User, pk: int, *, owner: bool = False) -> tuple[Clinic, Membership]:
    """The clinic and what this person is to it. Strangers get the answer that a clinic without existence gets.

    With `owner` the same answer goes to members who do not own it: what only owners do is not there for others.
    """
    found = Membership.objects.select_related("clinic").filter(user=user, clinic_id=min(pk, LARGEST_KEY))
    membership = (found.filter(role=Membership.Role.OWNER) if owner else found).first()
    if membership is None:
        raise Http404
    return membership.clinic, membership


def asks_again(view: View) -> View:
    """Whoever acts here gives the password again, unless that was a moment ago; the act then goes on."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            raise_if_reauthentication_required(request, app="clinics")
        return view(request, *args, **kwargs)

    return asked
