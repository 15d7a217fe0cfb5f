"""A clinic's people: they join once, and an owner stays an owner."""

from accounts.models import User
from clinics.models import Clinic, Membership


def test_joining_twice_is_joining_once(clinic: Clinic, oskar: User) -> None:
    clinic.join(oskar, role=Membership.Role.MEMBER)
    clinic.join(oskar, role=Membership.Role.MEMBER)

    assert clinic.members.count() == 1


def test_a_member_becomes_an_owner_and_never_the_other_way_round(clinic: Clinic, cleo: User) -> None:
    clinic.join(cleo, role=Membership.Role.OWNER)
    clinic.join(cleo, role=Membership.Role.MEMBER)

    assert cleo.memberships.get().role == Membership.Role.OWNER
    assert Membership.owns_a_clinic(cleo)


def test_two_clinics_of_one_name_and_place_are_refused_but_other_places_are_not(clinic: Clinic, cleo: User) -> None:
    elsewhere = Clinic.objects.create(name=clinic.name, place="Hull")

    assert list(Clinic.objects.of(cleo)) == [clinic]
    assert [label for _about, label in Clinic.objects.choices()] == ["Harbour Clinic, Hull", "Harbour Clinic, Whitby"]
    assert elsewhere.members.count() == 0
