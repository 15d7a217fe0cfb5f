"""Every page of allauth's looks like ours: skip link, one main, one heading, a language, no inline script or style."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.urls import urlpatterns
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import User
from tests.accounts.test_signing_in import app_code, proving, signing_in
from tests.accounts.test_signing_up import code_for
from tests.cast import PASSWORD

# Who stands where when the page is worth looking at.
STRANGER = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_request_login_code",
    "account_inactive",
    "account_password_reset_completed",
]
SIGNED_IN = [
    "account_change_password",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "usersessions_list",
]
ON_THE_WAY = [
    "account_email_verification_sent", "account_confirm_login_code", "account_confirm_password_reset_code",
    "account_complete_password_reset", "mfa_authenticate", "mfa_trust", "mfa_activate_totp", "account_set_password",
]  # fmt: skip
NO_PAGE = ["mfa_login_webauthn", "mfa_download_recovery_codes"]


def names(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


def looks_like_ours(page: Any) -> None:
    text = page.text
    assert page.status_code == 200
    assert '<html lang="en-GB"' in text
    assert '<a class="skip" href="#main">' in text
    assert len(re.findall(r"<main[ >]", text)) == 1
    assert len(re.findall(r"<h1[ >]", text)) == 1
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"<title>\s*·", text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_every_address_of_allauth_is_looked_at_here() -> None:
    assert names(urlpatterns) == {*STRANGER, *SIGNED_IN, *ON_THE_WAY, *NO_PAGE}


@pytest.mark.parametrize("name", STRANGER)
@pytest.mark.django_db
def test_before_signing_in(client: Client, name: str) -> None:
    looks_like_ours(client.get(reverse(name)))


@pytest.fixture
def keyed(ines: User) -> Authenticator:
    """A key of ines's, with as much of it as its pages read."""
    key: Authenticator = WebAuthn.add(
        ines, "Blue key", {"clientExtensionResults": {"credProps": {"rk": True}}}
    ).instance
    return key


@pytest.mark.parametrize("name", SIGNED_IN)
def test_once_signed_in(
    client: Client, ines: User, keyed: Authenticator, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    page = signing_in(client, ines.email)
    client.post(page.headers["Location"], {"code": app_code(ines)})
    client.post(reverse("mfa_trust"), {"action": "skip"})
    proving(client)
    if name == "mfa_view_recovery_codes":
        client.post(reverse("mfa_generate_recovery_codes"))

    page = client.get(reverse(name, args=[keyed.pk] if name in {"mfa_edit_webauthn", "mfa_remove_webauthn"} else []))

    looks_like_ours(page)


def test_the_code_pages(tess: User) -> None:
    for ask, show in (
        ("account_request_login_code", "account_confirm_login_code"),
        ("account_reset_password", "account_confirm_password_reset_code"),
    ):
        client = Client()
        client.post(reverse(ask), {"email": tess.email})
        looks_like_ours(client.get(reverse(show)))
        looks_like_ours(client.post(reverse(show), {"code": "wrong"}))


def test_the_page_after_signing_up(client: Client, tess: User) -> None:
    EmailAddress.objects.filter(user=tess).update(verified=False)
    page = signing_in(client, tess.email)

    looks_like_ours(client.get(page.headers["Location"]))
    looks_like_ours(client.post(page.headers["Location"], {"code": "wrong"}))


def test_choosing_a_new_password(client: Client, tess: User) -> None:
    client.post(reverse("account_reset_password"), {"email": tess.email})
    page = client.post(reverse("account_confirm_password_reset_code"), {"code": code_for(tess.email)})

    looks_like_ours(client.get(page.headers["Location"]))


def test_the_second_step_and_remembering_the_browser(client: Client, ines: User) -> None:
    page = signing_in(client, ines.email)
    looks_like_ours(client.get(page.headers["Location"]))

    page = client.post(page.headers["Location"], {"code": app_code(ines)})

    looks_like_ours(client.get(page.headers["Location"]))


def test_setting_up_an_app(client: Client, tess: User) -> None:
    signing_in(client, tess.email)
    proving(client)

    looks_like_ours(client.get(reverse("mfa_activate_totp")))
    looks_like_ours(client.post(reverse("mfa_activate_totp"), {"code": "12"}))


def test_an_account_without_a_password_can_set_one(client: Client, tess: User) -> None:
    signing_in(client, tess.email, PASSWORD)
    tess.set_unusable_password()
    tess.save()
    client.force_login(tess)

    looks_like_ours(client.get(reverse("account_set_password")))


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_request_login_code"]
)
@pytest.mark.django_db
def test_a_form_sent_empty_says_what_to_mend(client: Client, name: str) -> None:
    page = client.post(reverse(name), {})

    looks_like_ours(page)
    assert "to mend" in page.text
