"""Loads a programme folder: all of it, or nothing."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses.loading import LoadError, load


class Command(BaseCommand):
    help = "Loads a programme folder (format: courses/programmes/README.md). Loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, folder: Path, dry_run: bool, **options: Any) -> None:
        try:
            report = load(folder, dry_run=dry_run)
        except LoadError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            self.stderr.write(f"{len(error.problems)} to put right. Nothing was loaded.")
            sys.exit(1)
        if options["verbosity"] > 1:
            for change in report.changes:
                self.stdout.write(str(change))
        if not options["verbosity"]:
            return
        for line in report.lines():
            self.stdout.write(line)
        self.stdout.write(
            "Dry run: nothing was loaded." if dry_run else "Nothing had changed." if report.is_empty else "Loaded."
        )
