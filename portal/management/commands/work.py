"""Due jobs, done here and now without any broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs.running import run_due


class Command(BaseCommand):
    help = "Do what is due, again and again; with --once until nothing is left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Stop when nothing is due.")
        parser.add_argument("--pause", type=float, default=1.0, help="Seconds between looks.")

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while True:
            done = run_due()
            total += done
            if options["once"] and not done:
                break
            if not done:
                time.sleep(options["pause"])
        self.stdout.write(f"{total} done.")
