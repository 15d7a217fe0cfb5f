"""The keys that certificates are signed with: made, published, switched, retired (portal/docs/keys.md)."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certificates import keys
from certificates.keys import probing, revoking
from certificates.models import IssuerKey, Purpose

NAMED = 50  # certificates that are named one by one


class Command(BaseCommand):
    help = "List, make, activate, retire, compromise, import and probe the keys that certificates are signed with."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="every key and its state")
        act = acts.add_parser("make", help="make a key and publish it; it waits until it is activated")
        act.add_argument("purpose", choices=Purpose.values)
        act = acts.add_parser("activate", help="sign with it from now on, and retire the former")
        act.add_argument("kid")
        act.add_argument("--now", action="store_true", help="do not wait until everybody can know it")
        act = acts.add_parser("retire", help="take it out of use; what it signed goes on counting")
        act.add_argument("kid")
        act.add_argument("--why", default="", help="for the record")
        act.add_argument("--yes", action="store_true", help="do not ask")
        act = acts.add_parser("compromise", help="somebody else may hold it: nothing it signed counts any more")
        act.add_argument("kid")
        act.add_argument("--why", required=True, help="for the record")
        act.add_argument("--yes", action="store_true", help="do not ask")
        act = acts.add_parser("import", help="publish a key that was made elsewhere; it waits until it is activated")
        act.add_argument("purpose", choices=Purpose.values)
        act.add_argument("file", type=Path, help="private key in PEM; behind a seal key, its certificates")
        acts.add_parser("crl", help="sign the revocation lists anew, where the keys of root and authority are")
        acts.add_parser("probe", help="sign with each active key and verify with the published one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"do_{options['act']}")(**options)
        except (keys.KeysMissing, keys.KeyRefused) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror}.") from error

    def do_list(self, **options: Any) -> None:
        rows = IssuerKey.objects.all()
        for row in rows:
            moments = (
                ("published", row.published_at),
                ("active", row.active_from),
                ("retired", row.retired_at),
                ("compromised", row.compromised_at),
            )
            story = ", ".join(f"{word} {at:%Y-%m-%d %H:%M}" for word, at in moments if at)
            self.stdout.write(f"{row.purpose:<11} {row.kid:<20} {row.state:<12} {story}")
        if not rows:
            self.stdout.write("There are no keys yet.")

    def do_make(self, purpose: str, **options: Any) -> None:
        row = keys.make(Purpose(purpose))
        self.stdout.write(f"{row.kid} is made and published. Its private key: {row.kid}.pem in KEYS_DIR. Back it up.")
        if row.purpose == Purpose.SEAL:
            self.stdout.write("Take root-key.pem out of KEYS_DIR to a safe place that is offline.")
        self.wait(row)

    def do_import(self, purpose: str, file: Path, **options: Any) -> None:
        row, is_written = keys.take_in(Purpose(purpose), file.read_bytes())
        where = f"{row.kid}.pem in KEYS_DIR" if is_written else f"the variable {purpose.upper()}_KEY, as it was given"
        self.stdout.write(f"{row.kid} is published. Its private key: {where}.")
        self.wait(row)

    def wait(self, row: IssuerKey) -> None:
        """What to do next: who asked for our keys before this one was made goes on without it for a while."""
        others = IssuerKey.objects.for_(row.purpose)
        ready_at = f"{row.published_at + keys.CACHE_LIFETIME:%H:%M} UTC"
        activate = f"manage.py keys activate {row.kid}"
        if others.signing().exists():
            self.stdout.write(f"It waits. After {ready_at}: {activate}")
        elif others.filter(active_from__isnull=False).exists():
            self.stdout.write(
                f"No {row.purpose} key is active, so nothing is issued until one is. After {ready_at} everybody can "
                f"know this one: {activate}. Or at once, and until then some cannot verify what it signs: "
                f"{activate} --now"
            )
        else:
            self.stdout.write(
                f"No {row.purpose} key signed anything before, so there is nothing to wait for: {activate} --now"
            )

    def do_activate(self, kid: str, now: bool, **options: Any) -> None:
        former = keys.activate(kid, now=now)
        self.stdout.write(
            f"{kid} signs from now on." + (f" {former} is retired; what it signed counts." if former else "")
        )

    def do_retire(self, kid: str, why: str, yes: bool, **options: Any) -> None:
        if IssuerKey.objects.signing().filter(kid=kid).exists():
            self.ask(f"{kid} is active. Without it nothing is issued until another key is activated.", kid, yes)
        keys.retire(kid, why=why)
        self.stdout.write(f"{kid} is retired. What it signed goes on counting.")

    def do_compromise(self, kid: str, why: str, yes: bool, **options: Any) -> None:
        row = IssuerKey.objects.filter(kid=kid).first()
        if row is None:
            raise keys.KeyRefused(f"There is no key {kid}. “manage.py keys list” shows all.")
        resting = keys.signed_by(row).order_by("pk")
        self.stdout.write(self.what_follows(row, resting.count()))
        self.ask("This cannot be taken back.", kid, yes)
        was_active = row.is_active
        row = keys.compromise(kid, why=why)
        self.stdout.write(f"{kid} is compromised since {row.compromised_at or timezone.now():%Y-%m-%d %H:%M} UTC.")
        for certificate in resting.select_related("holder")[:NAMED]:
            self.stdout.write(f"  reissue {certificate}  {certificate.holder.name}")
        if resting.count() > NAMED:
            self.stdout.write(f"  … and {resting.count() - NAMED} more")
        if row.purpose == Purpose.SEAL:
            signed = revoking.publish()
            if "authority" in signed:
                self.stdout.write("The authority’s revocation list names it, at /pki/authority.crl.")
            else:
                self.stdout.write("The authority’s key is not here: run “manage.py keys crl” where it is.")
        if was_active:
            self.stdout.write(
                f"Nothing is issued until another key signs: manage.py keys make {row.purpose}, "
                f"then manage.py keys activate KID --now"
            )

    def what_follows(self, row: IssuerKey, count: int) -> str:
        follows = {
            Purpose.CREDENTIAL: "credentials signed with it no longer verify, here or anywhere",
            Purpose.SEAL: "files sealed with it no longer count as ours",
            Purpose.TOKEN: "codes signed with it are no longer confirmed offline",
        }
        return (
            f"If {row.kid} is compromised, {follows[Purpose(row.purpose)]}. "
            f"{count} certificates rest on it; they stay in the register and can be checked by their code. "
            "Reissue them, so that their holders have papers that verify."
        )

    def ask(self, words: str, kid: str, yes: bool) -> None:
        if yes:
            return
        self.stdout.write(words)
        self.stdout.write(f"Type {kid} to go on: ", ending="")
        self.stdout.flush()
        try:
            typed = input()
        except EOFError:
            typed = ""
        if typed.strip() != kid:
            raise CommandError("Nothing was changed.")

    def do_crl(self, **options: Any) -> None:
        signed = revoking.publish()
        if not signed:
            raise CommandError("Neither root-key.pem nor authority-key.pem is in KEYS_DIR.")
        self.stdout.write(f"Signed anew: the list of the {' and of the '.join(signed)}.")

    def do_probe(self, **options: Any) -> None:
        found = probing.troubles()
        for row in IssuerKey.objects.signing():
            if not any(trouble.is_grave and trouble.purpose == row.purpose for trouble in found):
                self.stdout.write(f"{row.kid} signs, and what it signs verifies.")
        for trouble in found:
            self.stderr.write(f"{trouble.words}\n  {trouble.hint}")
        if any(trouble.is_grave for trouble in found):
            raise CommandError("Certificates cannot be issued.")
