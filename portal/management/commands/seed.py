"""The starter programme and, in demo mode, the demo people."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

STARTER = Path(settings.BASE_DIR) / "courses" / "programmes" / "smp"


class Command(BaseCommand):
    help = "Load the starter programme and, in demo mode, make the demo people. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("load_programme", str(STARTER), verbosity=options["verbosity"], stdout=self.stdout)
        if settings.DEMO:
            from portal.demo import make_demo_people

            make_demo_people()
