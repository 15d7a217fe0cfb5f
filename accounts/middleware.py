"""What every request of a signed-in person passes through: their clock, their session's limits, their second factor."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts import doors, keeping, roles
from accounts.models import User

log = logging.getLogger("accounts")

TOUCH = timedelta(minutes=5)  # never a write for every request
IDLE = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=30)
LONGEST = timedelta(days=14)
LONGEST_STAFF = timedelta(hours=12)

# Kept in the session, as seconds: when it began, when it was last used, whether the second factor is in order.
BEGAN, USED, IN_ORDER = "began", "used", "second_factor_in_order"
DOORS = "doors"  # and which ways of the bar the person has

# Pages that someone without a second factor needs to get one, or to leave.
OPEN_TO_ALL = "accounts/"


# Set on a request whose form has come as far as its page.
ARRIVED = "form_has_arrived"


class PersonMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone, person = ZoneInfo(settings.ACADEMY_TIME_ZONE), request.user.pk
        if request.user.is_authenticated:
            if self._is_over(request, request.user):
                logout(request)
                request.session[keeping.LAST_PERSON] = person
                messages.info(request, _("You were signed out after a while, to keep your account safe."))
            else:
                zone = request.user.zone
        with timezone.override(zone):
            response = self.get_response(request)
        if person is not None and not request.user.is_authenticated:
            request.session[keeping.LAST_PERSON] = person
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Send whoever needs a second factor and has none to where they get one."""
        if (
            not settings.MFA_REQUIRED
            or not request.user.is_authenticated
            or not getattr(view, "login_required", True)
            or (request.resolver_match and request.resolver_match.route.startswith(OPEN_TO_ALL))
            or request.session.get(IN_ORDER)
        ):
            return None
        if roles.needs_second_factor(request.user) and not is_mfa_enabled(request.user):
            messages.info(request, _("Your role asks for a second step when you sign in. Set one up to go on."))
            return redirect("mfa_index")
        request.session[IN_ORDER] = True
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """With the store of rate limits down, the door stays shut: guessing must not become free."""
        match = request.resolver_match
        if not isinstance(error, RedisError) or not match or not match.route.startswith(OPEN_TO_ALL):
            return None
        log.error("The cache does not answer, so nobody can sign in: %s", error)
        return HttpResponse(render_to_string("accounts/closed.html"), status=503, headers={"Retry-After": "60"})

    def _is_over(self, request: HttpRequest, user: User) -> bool:
        """Whether this session has idled or lasted too long; if not, note at times that it is in use."""
        session, now = request.session, round(timezone.now().timestamp())
        idle, longest = (IDLE_STAFF, LONGEST_STAFF) if user.is_staff else (IDLE, LONGEST)
        began, used = session.get(BEGAN, now), session.get(USED)
        if now - began > longest.total_seconds() or (used is not None and now - used > idle.total_seconds()):
            return True
        if used is None or now - used >= TOUCH.total_seconds():
            session[BEGAN], session[USED] = began, now
            session.pop(IN_ORDER, None)  # roles and second factors change: ask again
            session[DOORS] = doors.open_to(user)
            if keeping.is_over(session):
                keeping.drop(session)
            User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())
        return False


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends whoever is signed out to sign in, and gives back afterwards what they had sent. Stands last: when it
    lets a request through, nothing but the page itself is left to answer.
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        answer: HttpResponseBase | None = super().process_view(request, view, args, kwargs)
        setattr(request, ARRIVED, answer is None and keeping.is_form(request))
        return answer

    def handle_no_permission(self, request: HttpRequest, view: Callable[..., Any]) -> HttpResponseRedirect:
        if not keeping.is_form(request):
            return super().handle_no_permission(request, view)
        target = reverse("kept_form")
        try:
            keeping.keep(request)
        except keeping.CannotKeep as why:
            messages.warning(request, str(why))
            target = keeping.page_of(request) or request.get_full_path()
        else:
            messages.info(
                request, _("What you sent has not arrived yet. It is kept for an hour: sign in, and you can send it.")
            )
        return redirect_to_login(target, resolve_url(self.get_login_url(view)))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """What was kept has been sent: its page has taken it, or shows it again. Otherwise it goes on waiting."""
        is_taken = response.status_code < 400 or response.status_code == 422
        if is_taken and getattr(request, ARRIVED, False) and request.user.is_authenticated:
            kept = keeping.look(request)
            if kept and kept.path == request.get_full_path():
                keeping.drop(request.session)
        return response
