"""People for tests: made the way signing up would leave them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from accounts.models import User

PASSWORD = "a plain long password"


def person(email: str, name: str = "", *, confirmed: bool = True, second_factor: bool = False, **fields: Any) -> User:
    """Someone with a verified address; `confirmed` says that the name may stand on a certificate."""
    if name and confirmed:
        fields.setdefault("name_confirmed_at", timezone.now())
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if second_factor:
        TOTP.activate(user, generate_totp_secret())
    return user
