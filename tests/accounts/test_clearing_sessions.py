"""Sessions that ended do not pile up."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jobs.running import sweep

pytestmark = pytest.mark.django_db


def test_ended_sessions_are_cleared_and_live_ones_stay(tess: User, oskar: User) -> None:
    ended, live = Client(), Client()
    ended.force_login(oskar)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    live.force_login(tess)

    sweep()

    assert Session.objects.count() == 1
    assert live.get("/profile/").status_code == 200


def test_they_are_looked_for_once_an_hour(tess: User) -> None:
    sweep()
    Client().force_login(tess)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))

    sweep()

    assert Session.objects.count() == 1
