"""What people type about themselves: shape and cleaning, no rules."""

import zoneinfo
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.account import forms as account
from allauth.account.fields import SetPasswordField
from allauth.account.internal import flows
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import inviting
from accounts.models import NAME_LENGTH, Agreement, Invitation, User, check_name, normal_name

EMAIL_LENGTH = 254  # what the column holds; Django's own form field lets 320 pass


class NameField(forms.CharField):
    """A name as it should stand on a certificate."""

    def __init__(self, **options: Any) -> None:
        options = {
            "label": _("Name on your certificates"),
            "max_length": NAME_LENGTH,
            "widget": forms.TextInput(attrs={"autocomplete": "name"}),
            **options,
        }
        super().__init__(**options)
        self.validators.append(check_name)

    def to_python(self, value: Any) -> str:
        return normal_name(super().to_python(value) or "")


@cache
def time_zones() -> list[tuple[str, Any]]:
    """Zones by continent, as people look for them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        continent, _slash, city = zone.partition("/")
        if city and continent not in {"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico"}:
            groups.setdefault(continent, []).append((zone, city.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *groups.items()]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who someone is to us."""

    name = NameField(required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Times on pages follow this clock.")
    )

    class Meta:
        model = User
        fields = ["name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A zone set before its name was retired stays choosable for whoever has it.
        offered = {zone for _group, zones in time_zones() if not isinstance(zones, str) for zone, _city in zones}
        if (mine := self.instance.time_zone) not in offered | {"UTC"}:
            self.fields["time_zone"].choices = [(mine, mine), *time_zones()]  # type: ignore[attr-defined]


class NameForm(forms.Form):
    """The name, looked at once more before it counts."""

    name = NameField(
        error_messages={"required": _("Give the name that should stand on your certificates.")},
        help_text=_("As on your passport or identity card, up to 80 characters."),
    )


class InvitationForm(forms.Form):
    """Whom to invite, and to what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=EMAIL_LENGTH,
        help_text=_("Only the owner of this address can accept."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the address of whom you invite.")},
    )
    place = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: InvitationForm.places(),
        error_messages={"required": _("Choose a role."), "invalid_choice": _("Choose a role from the list.")},
    )

    @staticmethod
    def places() -> list[tuple[str, Any]]:
        """Every role with what it can be about; a role with nothing to be about is not offered."""
        return [
            ("", _("Choose a role")),
            *(
                (str(role.label), [(f"{role.name}|{about}", f"{role.label}: {words}") for about, words in abouts])
                for role in inviting.roles()
                if (abouts := list(role.choices()))
            ),
        ]

    def make(self, *, by: User) -> tuple[Invitation, str]:
        role, _bar, about = self.cleaned_data["place"].partition("|")
        return Invitation.make(role=role, about=about, email=self.cleaned_data["email"], by=by)


class KeyField(forms.JSONField):
    """A key's answer. Django lets two faults of the JSON reader pass: too deep, and numbers too long."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return None


class Careful(forms.Form):
    """Whatever a browser sends in a key's name: an answer that cannot be read is a wrong one."""

    credential = KeyField(widget=forms.HiddenInput())

    def clean_credential(self) -> Any:
        clean = getattr(super(), "clean_credential", None)
        return self._read(clean) if clean else self.cleaned_data["credential"]

    def clean(self) -> Any:
        return self._read(super().clean)

    @staticmethod
    def _read(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except forms.ValidationError:
            raise
        except Exception as error:  # fido2 raises many kinds for answers it cannot read
            raise forms.ValidationError(_("The key's answer could not be read. Try it once more.")) from error


LABELS = {
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("The new password once more"),
}


class Plain:
    """allauth's forms in our words: no placeholder in a label's place, and addresses that fit their column."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("Fill this in.")
            if name in LABELS:
                field.label = LABELS[name]
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail address")
                field.validators.append(MaxLengthValidator(EMAIL_LENGTH))
                field.widget.attrs["maxlength"] = EMAIL_LENGTH
            elif name == "password1" or isinstance(field, SetPasswordField):
                field.help_text = _("At least 12 characters. Three or four unrelated words are good.")
            elif name == "code":
                field.widget.attrs |= {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""  # the page has its own way to a new one


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]
    """An address, a password, and two promises that we keep a record of."""

    agrees = forms.BooleanField(label=_("I agree to the terms and the privacy notice"))
    is_of_age = forms.BooleanField()
    field_order = ["email", "password1", "agrees", "is_of_age"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")
        self.fields["agrees"].help_text = format_html(
            '<a href="{}" target="_blank">{}</a> · <a href="{}" target="_blank">{}</a>',
            reverse("terms"),
            _("Terms (new tab)"),
            reverse("privacy"),
            _("Privacy notice (new tab)"),
        )
        self.fields["agrees"].error_messages["required"] = _("Read both, then tick the box to agree.")
        self.fields["is_of_age"].error_messages["required"] = _("You can sign up once you have reached this age.")
        self.fields["is_of_age"].label = _("I am at least %(age)d years old") % {"age": settings.MINIMUM_AGE}

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:  # the same address, twice at the same moment: the second learns nothing more
            return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])
        return saved

    def save(self, request: HttpRequest) -> User:
        """The person and what they agreed to, or neither."""
        with transaction.atomic():
            user: User = super().save(request)
            Agreement.record(user)
        return user


class AddEmailForm(Plain, account.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ChangePasswordForm(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(Plain, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class RequestLoginCodeForm(Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmLoginCodeForm(Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmEmailCodeForm(Plain, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class ConfirmResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorForm(Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorAgainForm(Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateAppForm(Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class AddKeyForm(Plain, Careful, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey is for signing in alone; a plain security key is only a second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].validators.append(MaxLengthValidator(100))
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _(
            "The key then asks for your fingerprint, face or PIN. Not every key can."
        )


class LoginKeyForm(Careful, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class SecondFactorKeyForm(Careful, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class SecondFactorKeyAgainForm(Careful, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class EditKeyForm(Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].validators.append(MaxLengthValidator(100))
