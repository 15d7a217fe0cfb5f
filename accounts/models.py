"""Who someone is, what they agreed to, and how they were invited."""

import hashlib
import secrets
import unicodedata
import zoneinfo
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import inviting, names
from accounts.signals import invitation_accepted
from jobs.final import protect

INVITATION_DAYS = 14
NAME_LENGTH = 80


def normal_name(name: str) -> str:
    """One spelling for one name: composed letters, single spaces, nothing at the ends."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def check_name(name: str) -> None:
    """Refuse what cannot stand on a certificate: control and other invisible characters."""
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for sign in name):
        raise ValidationError(_("Use letters, spaces and ordinary punctuation only."), code="invisible")
    if not any(sign.isalpha() for sign in name):
        raise ValidationError(_("A name has at least one letter."), code="no_letter")
    names.check_all(name)


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="unknown")


def academy_time_zone() -> str:
    return settings.ACADEMY_TIME_ZONE


class UserManager(BaseUserManager["User"]):
    """Makes people. An address is kept in lower case, so that one person has one spelling."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(
        _("name"),
        max_length=NAME_LENGTH,
        blank=True,
        validators=[check_name],
        help_text=_("As it should stand on a certificate."),
    )
    name_confirmed_at = models.DateTimeField(_("name confirmed"), null=True, blank=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default=academy_time_zone, validators=[check_time_zone])
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the administration."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Untick instead of deleting an account."))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="an_address_is_one_person", violation_error_message=_("This address is taken.")
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()
        self.name = normal_name(self.name)

    def get_full_name(self) -> str:
        return self.name or self.email

    @property
    def short_name(self) -> str:
        """What to call someone on a page: the first part of the name, or of the address."""
        return self.name.split(" ")[0] if self.name else self.email.split("@")[0]

    @property
    def initials(self) -> str:
        """One or two letters that stand for the person."""
        words = self.name.split(" ") if self.name else [self.email]
        chosen = [words[0], words[-1]] if len(words) > 1 else words
        return "".join(word[0] for word in chosen if word).upper()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Their clock; the academy's when theirs has left the database of zones."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            return zoneinfo.ZoneInfo(settings.ACADEMY_TIME_ZONE)

    @property
    def name_is_confirmed(self) -> bool:
        return bool(self.name and self.name_confirmed_at)

    def change_profile(self, *, name: str, time_zone: str) -> None:
        """A new name has yet to be confirmed; the same one stays as it was."""
        name = normal_name(name)
        if name != self.name:
            self.name = name
            self.name_confirmed_at = None
        self.time_zone = time_zone
        self.save(update_fields=["name", "name_confirmed_at", "time_zone"])

    def confirm_name(self, name: str) -> None:
        """This is how it shall stand on certificates. Issued ones keep the words they have."""
        name = normal_name(name)
        if not name or len(name) > NAME_LENGTH:
            raise ValidationError(_("Give a name of 1 to %(limit)d characters."), params={"limit": NAME_LENGTH})
        check_name(name)
        self.name = name
        self.name_confirmed_at = timezone.now()
        self.save(update_fields=["name", "name_confirmed_at"])


class Agreement(models.Model):
    """Someone agreed to a version of a document, then."""

    class Document(models.TextChoices):
        TERMS = "terms", _("Terms")
        PRIVACY = "privacy", _("Privacy notice")
        AGE = "age", _("Minimum age")

    user = models.ForeignKey(User, models.PROTECT, verbose_name=_("person"), related_name="agreements")
    document = models.CharField(_("document"), max_length=16, choices=Document)
    version = models.CharField(_("version"), max_length=32)
    agreed_at = models.DateTimeField(_("agreed"), default=timezone.now)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["agreed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "document", "version"], name="a_version_is_agreed_to_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_document_display()} {self.version}"

    @classmethod
    def record(cls, user: User) -> None:
        """Remember that this person agrees to what stands today."""
        today = {
            cls.Document.TERMS: settings.TERMS_VERSION,
            cls.Document.PRIVACY: settings.PRIVACY_VERSION,
            cls.Document.AGE: str(settings.MINIMUM_AGE),
        }
        for document, version in today.items():
            cls.objects.get_or_create(user=user, document=document, version=version)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime | None = None) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, expires_at__gt=at or timezone.now())

    def by_token(self, token: str) -> "Invitation | None":
        return self.select_related("accepted_by").filter(token_hash=token_hash(token)).first()


def token_hash(token: str) -> str:
    """Only this is kept: whoever reads the table cannot accept in someone's place."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def invitation_end() -> datetime:
    return timezone.now() + timedelta(days=INVITATION_DAYS)


class Invitation(models.Model):
    """A promise of a role to whoever owns an address: one use, until a day."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=32)
    about = models.CharField(_("about"), max_length=64)
    email = models.EmailField(_("e-mail address"))
    invited_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("invited by"), related_name="invitations_made")
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends"), default=invitation_end)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("accepted by"),
        related_name="invitations_accepted",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="an_acceptance_has_a_person_and_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role_label}: {self.email}"

    @classmethod
    def make(cls, *, role: str, about: str, email: str, by: User) -> tuple["Invitation", str]:
        """A new invitation and its token, which is known now and never again."""
        token = secrets.token_urlsafe(24)
        invitation = cls.objects.create(
            token_hash=token_hash(token), role=role, about=about, email=email.strip().lower(), invited_by=by
        )
        return invitation, token

    @staticmethod
    def link(token: str) -> str:
        """The address to open, made from the site's own: letters are written without a request."""
        return settings.SITE_URL + reverse("invitation", args=[token])

    @property
    def role_label(self) -> str:
        return inviting.label(self.role)

    @property
    def about_label(self) -> str:
        return inviting.about_label(self.role, self.about)

    def pk_of(self, what: str) -> int:
        """The key in "course:12", asked for a course; 0, which nothing has, when it is about something else."""
        kind, _colon, key = self.about.partition(":")
        return int(key) if kind == what and key.isdecimal() else 0

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()

    def is_for(self, user: User) -> bool:
        """The address is theirs, and they have shown it."""
        from allauth.account.models import EmailAddress  # it needs our user model first

        return bool(EmailAddress.objects.filter(user=user, email__iexact=self.email, verified=True).exists())

    def accept(self, user: User) -> bool:
        """Take it up. False when somebody, or the calendar, was quicker."""
        now = timezone.now()
        with transaction.atomic():
            taken = Invitation.objects.filter(pk=self.pk).open(now).update(accepted_at=now, accepted_by=user)
            if not taken:
                return False
            self.accepted_at, self.accepted_by = now, user
            invitation_accepted.send(sender=Invitation, invitation=self, user=user)
        return True


protect(Agreement)
