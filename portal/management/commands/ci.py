"""Every check, quickest first. Strict mode (CI=true or --strict): what cannot run is a failure."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
OWN = ["portal", "clinics", "certificates", "quizzes", "courses", "accounts", "jobs"]
# A production machine as `check --deploy` should see it; the secrets are only as long as real ones.
PRODUCTION = {
    "DEMO": "0",
    "SITE_URL": "https://academy.example",
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "BROKER_URL": "amqp://127.0.0.1:5672//",
    "EMAIL_URL": "smtp://mail.academy.example:587?tls=1",
    "SECRET_KEY": "check-only-" + "3f9a7c1e5b8d2046" * 4,
    "WHORL_SECRET": "check-only-" + "8e2d6b4a0c9f7153" * 4,
}


@dataclass
class Step:
    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    lacks: str = ""  # why it cannot run on this machine


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def postgres_url() -> str:
    return os.environ.get("TEST_POSTGRES_URL", POSTGRES)


def lacks_postgres() -> str:
    parts = dj_database_url.parse(postgres_url())
    address = (str(parts["HOST"] or "127.0.0.1"), int(parts["PORT"] or 5432))
    try:
        with socket.create_connection(address, timeout=2):
            return ""
    except OSError:
        return f"no PostgreSQL answers at {address[0]}:{address[1]} (TEST_POSTGRES_URL names another)"


def lacks_browser() -> str:
    return "" if shutil.which("chromium") else "Chromium is not installed (Debian package chromium)"


def lacks_tools() -> str:
    """Programs that check our PDF files, QR codes and credentials, and RabbitMQ, which the tests of faults cut off."""
    wanted = {
        "pdftotext": "poppler-utils",
        "qpdf": "qpdf",
        "zbarimg": "zbar-tools",
        "certutil": "libnss3-tools",
        "java": "default-jre-headless",
        "npm": "npm",
        "rabbitmqctl": "rabbitmq-server",
    }
    missing = [package for name, package in wanted.items() if not shutil.which(name)]
    missing += [] if Path("/usr/share/java/jaxb-runtime.jar").exists() else ["libjaxb-java"]
    return f"Debian packages missing: {', '.join(missing)}" if missing else ""


def steps(strict: bool) -> list[Step]:
    templates = [str(path) for path in sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))]
    own = [*OWN, "bench", "tests", "manage.py"]
    pytest = [sys.executable, "-m", "pytest", "-q", "--maxfail=30"]
    # Tests that start real processes stay together on one of the two cores; they need no second database.
    plain = [*pytest, "-n", "2", "--dist", "loadgroup", "-m", "not browser"]
    plain_on_postgres = [*pytest, "-n", "2", "--dist", "loadgroup", "-m", "not browser and not worker"]
    # Each run has its own folder, so that neither test data nor a running portal is touched.
    data = str(settings.DATA_DIR / "ci")
    sqlite = {"DATA_DIR": f"{data}-sqlite", "DATABASE_URL": "", "DEMO": "0"}
    postgres = {"DATA_DIR": f"{data}-postgres", "DATABASE_URL": postgres_url(), "DEMO": "0"}
    postgres |= {"SECRET_KEY": PRODUCTION["SECRET_KEY"], "WHORL_SECRET": PRODUCTION["WHORL_SECRET"]}
    strictly = ["-p", "tests.strictness"] if strict else []
    plain += strictly
    plain_on_postgres += strictly
    browser = [*pytest, "-m", "browser", "-p", "no:randomly", *strictly]
    return [
        Step("ruff check", [tool("ruff"), "check", *own]),
        Step("ruff format", [tool("ruff"), "format", "--check", *own]),
        Step("djade", [tool("djade"), "--check", "--target-version", "5.2", *templates]),
        Step("djlint", [tool("djlint"), "templates", "--lint", "--quiet"]),
        Step("import contracts", [tool("lint-imports")]),
        Step("mypy", [tool("mypy"), *OWN, "tests"]),
        Step("migrations agree", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"], sqlite),
        Step(
            "check --deploy", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION
        ),
        Step("tools of the tests", ["true"], lacks=lacks_tools()),
        Step("tests on SQLite", plain, sqlite),
        Step("tests on PostgreSQL", plain_on_postgres, postgres, lacks=lacks_postgres()),
        Step("tests in the browser", browser, sqlite | {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}, lacks=lacks_browser()),
    ]


class Command(BaseCommand):
    help = "Run every check, quickest first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--strict", action="store_true", help="What cannot run is a failure.")
        parser.add_argument("--quick", action="store_true", help="Only the checks that need no test run.")

    def handle(self, *args: Any, **options: Any) -> None:
        strict = options["strict"] or os.environ.get("CI", "").lower() in {"1", "true"}
        for folder in Path(settings.DATA_DIR).glob("ci-*"):  # a run that was killed leaves half a database
            shutil.rmtree(folder, ignore_errors=True)
        failed: list[str] = []
        skipped: list[str] = []
        for step in steps(strict):
            if options["quick"] and step.name.startswith("tests"):
                continue
            if step.lacks:
                skipped.append(f"{step.name}: {step.lacks}")
                self.stdout.write(f"== {step.name}: skipped, {step.lacks}")
                continue
            self.stdout.write(f"== {step.name}")
            self.stdout.flush()
            began = time.monotonic()
            done = subprocess.run(  # noqa: S603  our own commands
                step.command, cwd=settings.BASE_DIR, env={**os.environ, **step.environment}, check=False
            )
            self.stdout.write(
                f"== {step.name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - began:.0f} s"
            )
            self.stdout.flush()
            if done.returncode:
                failed.append(step.name)
        for line in skipped:
            self.stdout.write(f"Skipped: {line}")
        if failed or (strict and skipped):
            raise CommandError("Not green: " + "; ".join([*failed, *(skipped if strict else [])]))
        self.stdout.write("All green." if not skipped else "Green, with the skips above.")
