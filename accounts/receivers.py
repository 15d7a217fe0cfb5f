"""What accounts hears from allauth: a changed second factor ends every other session."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.middleware import IN_ORDER
from accounts.models import User


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def end_other_sessions(request: HttpRequest, user: User, **_: Any) -> None:
    request.session.pop(IN_ORDER, None)
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
        session.end()
