"""Accounts, introduced to Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import keeping, receivers, work  # noqa: F401  (they listen and sweep by being imported)

        keeping.register("profile", _("Your profile"), {"name": _("Name"), "time_zone": _("Time zone")})
        keeping.register("name_confirm", _("Your name, confirmed"), {"name": _("Name")})
        keeping.register("invitations", _("An invitation"), {"email": _("E-mail address"), "place": _("For")})
        keeping.register("invitation", _("Accepting an invitation"))
