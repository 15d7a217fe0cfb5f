"""The cast, and what every test stands on.

tess the trainee, ines the instructor, cleo of a clinic, oskar who belongs nowhere, ada the administrator.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.color import Style
from django.db import transaction
from django.db.backends.sqlite3 import base as sqlite
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as properties
from pytest_django import DjangoDbBlocker
from pytest_socket import socket_allow_hosts

from accounts.models import User
from certificates import keys
from certificates.keys.making import write_private
from clinics.models import Clinic, Membership
from jobs import final
from tests.cast import person

ClientOf = Callable[[User], Client]

# The same examples every time, and a busy machine is no failure. `HYPOTHESIS_PROFILE=search` looks for new ones.
properties.register_profile(
    "same", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
properties.register_profile("search", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure() -> None:
    """Settings that tests want, whatever the environment says."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)  # starting the portal does so; tests do not start it
    settings.DEMO = False
    settings.KEYS_DIR = settings.DATA_DIR / "keys" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    shutil.rmtree(settings.KEYS_DIR, ignore_errors=True)  # those of an earlier run
    settings.KEYS_MAY_BE_MADE = True
    settings.MFA_REQUIRED = True
    settings.JOBS_AT_ONCE = True
    settings.EMAIL_URL = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; never stored
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def pytest_runtest_setup() -> None:
    """No test reaches beyond this machine."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_final_rows() -> Iterator[None]:
    """On SQLite a flush is DELETE, which final rows refuse: drop their triggers; post_migrate brings them back."""
    operations = sqlite.DatabaseWrapper.ops_class
    original = operations.sql_flush

    def sql_flush(self: Any, style: Style, tables: Any, **options: Any) -> list[str]:
        drops = [f'DROP TRIGGER IF EXISTS "{name}"' for row in final.protected() for name in row.names]
        return drops + list(original(self, style, tables, **options))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def _letters_are_rows(django_test_environment: None) -> None:
    """Django's test set-up swaps the mail backend; here letters stay what they are outside: rows."""
    settings.EMAIL_BACKEND = "jobs.mail.MailRows"


FIRST_KEYS: dict[str, bytes] = {}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The keys are made before any test: a test that travels in time would make them for all that come after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        keys.ensure()
        transaction.set_rollback(True)
    FIRST_KEYS.update({path.name: path.read_bytes() for path in settings.KEYS_DIR.iterdir()})


@pytest.fixture(autouse=True)
def _same_keys(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test makes of the folder of keys goes with it, as its rows do. In the browser rows outlast a test."""
    folder: Path = settings.KEYS_DIR
    before = _names_in(folder)
    yield
    if request.node.get_closest_marker("browser"):
        return
    for name in _names_in(folder) - before - FIRST_KEYS.keys():
        (folder / name).unlink()
    for name in FIRST_KEYS.keys() - _names_in(folder):
        write_private(folder / name, FIRST_KEYS[name])


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Rate limits of one test are none of the next one's business."""
    cache.clear()


@pytest.fixture
def tess(db: None) -> User:
    """A trainee."""
    return person("tess@example.com", "Tess Trainee")


@pytest.fixture
def ines(db: None) -> User:
    """An instructor: she has a second factor, as instructors must."""
    return person("ines@example.com", "Ines Instructor", second_factor=True)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic.objects.create(name="Harbour Clinic", place="Whitby")


@pytest.fixture
def cleo(clinic: Clinic) -> User:
    """A member of a clinic."""
    user = person("cleo@example.com", "Cleo Checker")
    clinic.join(user, role=Membership.Role.MEMBER)
    return user


@pytest.fixture
def oskar(db: None) -> User:
    """Someone who belongs nowhere."""
    return person("oskar@example.com", "Oskar Outsider")


@pytest.fixture
def ada(db: None) -> User:
    """An administrator, with a second factor."""
    return person("ada@example.com", "Ada Administrator", second_factor=True, is_staff=True, is_superuser=True)


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
