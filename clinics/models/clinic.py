"""Who relies on certificates: clinics, and the people who check on their behalf."""

from typing import Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class LastOwner(Exception):
    """A clinic always has somebody who looks after its members and keys."""


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def of(self, user: User) -> Self:
        """The clinics this person is a member of."""
        return self.filter(membership__user=user)

    def choices(self) -> list[tuple[str, str]]:
        """What an invitation to a clinic can be about."""
        return [(f"clinic:{clinic.pk}", str(clinic)) for clinic in self.order_by("name", "place")]


class Clinic(models.Model):
    """A place where people work whose certificates matter to it."""

    name = models.CharField(_("name"), max_length=120)
    place = models.CharField(_("place"), max_length=120)
    members = models.ManyToManyField(User, through="Membership", related_name="clinics")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        ordering = ["name", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "place"],
                name="a_clinic_is_known_by_name_and_place",
                violation_error_message=_("This clinic is already here."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.place}"

    def join(self, user: User, *, role: "Membership.Role") -> "Membership":
        """Make someone a member. An owner stays an owner when invited as a member."""
        membership, made = Membership.objects.get_or_create(clinic=self, user=user, defaults={"role": role})
        if not made and role == Membership.Role.OWNER != membership.role:
            membership.role = role
            membership.save(update_fields=["role"])
        return membership

    def change_role(self, user: User, role: "Membership.Role") -> "Membership | None":
        """Give a member another role. None when they are no member any more; LastOwner when nobody would own it."""
        with transaction.atomic():
            membership = self._held(user)
            if membership is None or membership.role == role:
                return membership
            self._stays_owned_without(membership)
            membership.role = role
            membership.save(update_fields=["role"])
        return membership

    def leave(self, user: User) -> bool:
        """End a membership. False when there was none; LastOwner when nobody would own the clinic."""
        with transaction.atomic():
            membership = self._held(user)
            if membership is None:
                return False
            self._stays_owned_without(membership)
            membership.delete()
        return True

    def _held(self, user: User) -> "Membership | None":
        """The membership, with the clinic's row held: two owners cannot leave at the same moment."""
        Clinic.objects.select_for_update(no_key=True).get(pk=self.pk)
        return Membership.objects.filter(clinic=self, user=user).first()

    def _stays_owned_without(self, membership: "Membership") -> None:
        owners = Membership.objects.filter(clinic=self, role=Membership.Role.OWNER)
        if membership.role == Membership.Role.OWNER and not owners.exclude(pk=membership.pk).exists():
            raise LastOwner


class Membership(models.Model):
    """Someone checks certificates for a clinic."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        OWNER = "owner", _("Owner")

    clinic = models.ForeignKey(Clinic, models.CASCADE, verbose_name=_("clinic"))
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("person"), related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "user"],
                name="a_person_joins_a_clinic_once",
                violation_error_message=_("This person is already a member."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def is_owner(self) -> bool:
        return self.role == Membership.Role.OWNER

    @staticmethod
    def owns_a_clinic(user: User) -> bool:
        return Membership.objects.filter(user=user, role=Membership.Role.OWNER).exists()

    @staticmethod
    def first_page(user: User) -> str | None:
        """Whoever checks for a clinic starts at its staff list."""
        return "clinics:mine" if Membership.has(user) else None

    @staticmethod
    def has(user: User) -> bool:
        return Membership.objects.filter(user=user).exists()

    @staticmethod
    def telling_words(user: User) -> list[str]:
        """What others would try first in a password of theirs."""
        return list(Clinic.objects.of(user).values_list("name", flat=True))
