"""How long somebody stays signed in, and what a request writes."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.conftest import ClientOf


def after(client: Client, **gap: float) -> int:
    with time_machine.travel(timezone.now() + timedelta(**gap), tick=False):
        return client.get(reverse("profile")).status_code


def test_half_a_day_of_quiet_ends_a_session(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.get(reverse("profile"))

    assert after(client, hours=11) == 200
    assert after(client, hours=24) == 302


def test_staff_are_signed_out_after_half_an_hour(ada: User, client_of: ClientOf) -> None:
    client = client_of(ada)
    client.get(reverse("profile"))

    assert after(client, minutes=25) == 200
    assert after(client, minutes=60) == 302


def test_two_weeks_end_any_session_however_busy(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    seen = [after(client, hours=10 * step) for step in range(36)]

    assert set(seen[:33]) == {200}
    assert seen[-1] == 302


def test_whoever_was_signed_out_is_told_and_comes_back_to_the_page(tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.get(reverse("profile"))

    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        page = client.get(reverse("profile"), follow=True)

    assert page.redirect_chain == [(f"{reverse('account_login')}?next={reverse('profile')}", 302)]
    assert "You were signed out after a while" in page.text


def test_being_seen_is_noted_at_most_every_five_minutes(
    tess: User, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(tess)
    client.get(reverse("profile"))
    tess.refresh_from_db()
    first = tess.last_seen_at

    with django_assert_num_queries(2):  # the session and the person
        client.get(reverse("name_confirm"))
    assert after(client, minutes=6) == 200

    tess.refresh_from_db()
    assert first is not None
    assert tess.last_seen_at is not None
    assert tess.last_seen_at > first


@pytest.mark.django_db
def test_a_stranger_costs_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        client.get(reverse("terms"))


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_times_follow_the_person_s_own_clock(tess: User, client_of: ClientOf, zone: str) -> None:
    User.objects.filter(pk=tess.pk).update(time_zone=zone)

    page = client_of(tess).get(reverse("profile"))

    assert str(page.context["user"].zone) == zone
    assert f'<option value="{zone}" selected>' in page.text


def test_a_zone_that_no_longer_exists_falls_back_to_the_academy_s(tess: User, client_of: ClientOf) -> None:
    User.objects.filter(pk=tess.pk).update(time_zone="Atlantis/Deep")

    page = client_of(tess).get(reverse("profile"))

    assert page.status_code == 200
    assert str(page.context["user"].zone) == "Europe/London"
