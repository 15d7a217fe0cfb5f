"""The people of demo mode: known to everyone who runs it, so made nowhere else."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Agreement, User
from clinics.models import Clinic, Membership
from courses.models import Course, Teaching

PASSWORD = "stipple demo pass"  # noqa: S105  printed at every start, and only loopback answers


@dataclass(frozen=True)
class DemoPerson:
    role: str
    email: str
    name: str
    confirmed: bool = True
    is_staff: bool = False


PEOPLE = (
    DemoPerson("Trainee", "tess@stipple.example", "Tess Whitaker", confirmed=False),  # she confirms it on her way
    DemoPerson("Instructor", "ines@stipple.example", "Ines Marlow"),
    DemoPerson("Clinic owner", "cleo@stipple.example", "Cleo Hartley"),
    DemoPerson("Administrator", "ada@stipple.example", "Ada Brandt", is_staff=True),
)


def make_demo_people() -> list[tuple[str, str]]:
    """Make whoever is missing and leave the rest as they are. Answers with (role, address)."""
    with transaction.atomic():
        for someone in PEOPLE:
            _make(someone)
        clinic, _made = Clinic.objects.get_or_create(name="Northlight Clinic", place="York")
        cleo = User.objects.get(email="cleo@stipple.example")
        Membership.objects.get_or_create(clinic=clinic, user=cleo, defaults={"role": Membership.Role.OWNER})
        ines = User.objects.get(email="ines@stipple.example")
        for course in Course.objects.all():
            Teaching.objects.get_or_create(course=course, user=ines)
    return [(someone.role, someone.email) for someone in PEOPLE]


def _make(someone: DemoPerson) -> None:
    if User.objects.filter(email=someone.email).exists():
        return
    user = User.objects.create_user(
        someone.email,
        PASSWORD,
        name=someone.name,
        name_confirmed_at=timezone.now() if someone.confirmed else None,
        time_zone=settings.ACADEMY_TIME_ZONE,
        is_staff=someone.is_staff,
        is_superuser=someone.is_staff,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Agreement.record(user)
