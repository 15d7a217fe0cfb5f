"""A request whose user is known."""

from django.http import HttpRequest

from accounts.models import User


class SignedIn(HttpRequest):
    """What a view gets once the middleware has let it through."""

    user: User
