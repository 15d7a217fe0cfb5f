"""A clinic that watches: the small academy of the certificates' tests, an owner, and certificates on a staff list."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from certificates.models import Certificate
from clinics.models import Clinic, Membership, WatchItem
from tests.cast import PASSWORD, person
from tests.certificates.conftest import (  # noqa: F401  (fixtures)
    certificate,
    competence,
    depth,
    earn,
    files,
    hygiene,
    programme,
    today,
)

Watch = Callable[..., WatchItem]
OwnerClient = Callable[[User], Client]


@pytest.fixture
def olga(clinic: Clinic) -> User:
    """The owner of the clinic, with a second factor."""
    user = person("olga@example.com", "Olga Owner", second_factor=True)
    clinic.join(user, role=Membership.Role.OWNER)
    return user


@pytest.fixture
def watch(clinic: Clinic, cleo: User) -> Watch:
    """Put a certificate on the clinic's list, without a letter."""

    def put(certificate: Certificate, **words: str) -> WatchItem:  # noqa: F811
        return WatchItem.objects.create(clinic=clinic, certificate=certificate, added_by=cleo, **words)

    return put


@pytest.fixture
def signed_in() -> OwnerClient:
    """A browser in which this person has just given the password, as owners are asked to."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        return client

    return sign_in
