"""Web server, worker and beat as one group: what `make run` starts."""

import hashlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import Error
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from certificates import keys
from certificates.checks import keys_sign
from portal import storage
from portal.checks import data_folder_can_be_written
from portal.processes import Group

READY_WITHIN = 60.0


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def collect_static() -> None:
    """Collect, hash and compress what the browser loads, unless nothing changed since: it takes longest of all."""
    found = hashlib.sha256(Path(storage.__file__).read_bytes())
    for finder in get_finders():
        for name, source in finder.list([]):
            about = Path(source.path(name)).stat()
            found.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text(encoding="ascii") == found.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found.hexdigest(), encoding="ascii")


class Command(BaseCommand):
    help = "Set up the data, then run web server, worker and beat until stopped."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host = "127.0.0.1" if settings.HOST == "localhost" else settings.HOST
        self.refuse_what_cannot_work(host)
        group = Group()
        group.listen()
        self.set_up()
        if group.should_stop():
            return
        self.start_all(group, host)
        try:
            ended = self.wait_until_ready(group, host)
            if ended is None and not group.should_stop():
                self.tell()
                ended = group.wait()
        finally:
            self.stdout.write("Stopping.")
            group.stop()
        if ended:
            raise CommandError(f"The {ended} process ended by itself, so everything was stopped.")
        self.stdout.write("Stopped. Your data is kept.")

    def refuse_what_cannot_work(self, host: str) -> None:
        for problem in data_folder_can_be_written(None):
            if isinstance(problem, Error):
                raise CommandError(str(problem.msg))
        if not 0 < settings.PORT < 65536:
            raise CommandError(f"PORT must lie between 1 and 65535, not {settings.PORT}.")
        if not port_is_free(host, settings.PORT):
            raise CommandError(f"Port {settings.PORT} on {host} is taken. Try: make run PORT={settings.PORT + 1}")

    def set_up(self) -> None:
        for folder in ("cache", "public", "private"):
            (Path(settings.DATA_DIR) / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        collect_static()
        call_command("seed", verbosity=0)
        self.try_keys()
        connections.close_all()

    def try_keys(self) -> None:
        """Without them certificates wait, and everything else works: said at once, and again by /healthz."""
        try:
            if settings.KEYS_MAY_BE_MADE:
                keys.ensure()
        except keys.KeysMissing as error:
            self.stderr.write(str(error))
        for problem in keys_sign():
            self.stderr.write(f"{problem.msg} {problem.hint or ''}")

    def start_all(self, group: Group, host: str) -> None:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONUNBUFFERED": "1"}
        address = f"[{host}]" if ":" in host else host
        threads = "2" if settings.ON_SQLITE else "4"
        web = ["gunicorn", "portal.wsgi", "--bind", f"{address}:{settings.PORT}", "--worker-class", "gthread"]
        web += ["--workers", "2", "--threads", threads, "--max-requests", "20000", "--max-requests-jitter", "2000"]
        web += ["--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
        web += ["--config", "python:portal.serving"]
        celery = ["celery", "--app", "portal", "--quiet"]
        worker = [
            *celery,
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "2",
            "--queues",
            ",".join(settings.JOB_QUEUES),
        ]
        worker += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        beat = [*celery, "beat", "--schedule", str(settings.DATA_DIR / "beat-schedule"), "--loglevel", "WARNING"]
        beat += ["--pidfile", ""]
        for name, command in (("web", web), ("worker", worker), ("beat", beat)):
            # Celery warns of the superuser on several lines, which drown the sign-ins; a container often has no other.
            python = [sys.executable, "-W", "ignore:You're running the worker with superuser"]
            group.start(name, [*python, "-m", *command], environment)

    def wait_until_ready(self, group: Group, host: str) -> str | None:
        """None once pages answer; the name of a process that ended before."""
        address = f"[{host}]" if ":" in host else host
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and not group.should_stop():
            if name := group.dead():
                return name
            request = urllib.request.Request(
                f"http://{address}:{settings.PORT}/healthz",
                headers={"Host": settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS[0] != "*" else "localhost"},
            )
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return None
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        return None if group.should_stop() else "web"

    def tell(self) -> None:
        self.stdout.write(f"\nReady: {settings.SITE_URL}/\n")
        if settings.DEMO:
            from portal.demo import PASSWORD, PEOPLE

            self.stdout.write("Demo sign-ins:")
            for person in PEOPLE:
                self.stdout.write(f"  {person.role:<15} {person.email}")
            self.stdout.write(f"  password        {PASSWORD}")
            self.stdout.write(f"Letters are kept at {settings.SITE_URL}/demo/mail/. Ctrl-C stops everything.\n")
        self.stdout.flush()
