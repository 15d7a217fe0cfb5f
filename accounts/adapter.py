"""What we ask of allauth: landing pages, mail, words."""

from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import keeping, landing

TOO_MANY = _("Too many tries. Wait a few minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("This address and password do not belong together. Check both."),
        "incorrect_code": _("This code is not right. Compare it with the newest letter, or ask for a new code."),
        "incorrect_password": _("This is not your password. Try again."),
        "enter_current_password": _("This is not your password. Try again."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "same_as_current": _("This is the address you have now."),
        "duplicate_email": _("This is already an address of yours."),
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """First what waits here to be sent, since the way of a forgotten password, say, carries no address along."""
        page = "kept_form" if keeping.look(request) else landing.page_for(request.user)  # type: ignore[arg-type]
        return reverse(page)

    get_signup_redirect_url = get_login_redirect_url

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters know the academy; what the person's browser claims to be stays out of them."""
        words = {"academy": settings.ACADEMY, "site_url": settings.SITE_URL, **context}
        words.pop("user_agent", None)
        super().send_mail(template_prefix, email, words)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """One text, written once: its paragraphs become the letter's other form."""
        letter: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        if isinstance(letter, EmailMultiAlternatives) and not letter.alternatives:
            paragraphs = [part.strip() for part in str(letter.body).split("\n\n") if part.strip()]
            page = render_to_string("account/email/letter.html", {**context, "paragraphs": paragraphs})
            letter.attach_alternative(page, "text/html")
        return letter


def locks() -> MultiFernet:
    """Locks made of the secret key; the keys before it still open what they closed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(urlsafe_b64encode(salted_hmac("accounts.second_factor", "", secret, algorithm="sha256").digest()))
            for secret in secrets
        ]
    )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Whoever reads the database alone cannot make anybody's codes."""

    def encrypt(self, text: str) -> str:
        return locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return locks().decrypt(encrypted_text.encode()).decode()

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Take the one that your app or key shows now."),
        "rate_limited": TOO_MANY,
        "unverified_email": _("Confirm your e-mail address first."),
        "cannot_generate_recovery_codes": _("Set up an app or a key first."),
    }
