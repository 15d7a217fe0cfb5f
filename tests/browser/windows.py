"""How Chromium is started, and how a person comes to be signed in."""

import time

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from accounts.models import User

PATIENCE = 15_000  # milliseconds: on a busy machine everything takes longer
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def sign_in(context: BrowserContext, person: User, site: str) -> None:
    client = Client()
    client.force_login(person)
    kept = client.session  # the password was asked again a moment ago
    kept["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    kept["account_authentication_methods_user"] = str(person.pk)
    kept.save()
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
