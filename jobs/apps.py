"""Introduces the app to Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs import final, mail  # noqa: F401  the mail module registers its job

        post_migrate.connect(final.after_migrate, dispatch_uid="final-rows")
