"""Recomputes the register's memory, names the first broken place, and prints the head to keep elsewhere."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates import reading_back, registering
from certificates.models import CertificateEvent
from certificates.registering import Head

LENGTH = 64  # of a SHA-256 in hexadecimal


def _head(text: str) -> Head:
    number, _colon, sha256 = text.partition(":")
    if not number.isdecimal() or len(sha256) != LENGTH:
        raise ArgumentTypeError("Give the head as it was printed: NUMBER:HASH.")
    return Head(int(number), sha256.lower())


class Command(BaseCommand):
    help = (
        "Recompute the hash of every event and link of the register and compare their numbers. "
        "Exits with 1 and names the first broken place. Keep the printed head elsewhere and hand it back with "
        "--expect: without it, whoever can write to the database can rewrite all of it unseen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--expect", type=_head, metavar="NUMBER:HASH", help="a head printed before, kept elsewhere")
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="first remember certificates that have no event; look at them before, since a deleted history looks "
            "the same",
        )

    def handle(self, *_: Any, expect: Head | None, adopt: bool, **__: Any) -> None:
        if adopt:
            self.stdout.write(f"Adopted: {registering.adopt()}")
        registering.link()
        problems = reading_back.check(expect)
        if problems:
            raise CommandError("\n".join(map(str, problems)), returncode=1)
        self.stdout.write(f"The register is whole: {CertificateEvent.objects.count()} events.")
        if last := registering.head():
            self.stdout.write(f"Keep this elsewhere: {last}")
