"""What this machine says in its environment, read once, with errors that name the variable."""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable, or what the file named by `<name>_FILE` holds, or the default. Empty is unset."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    return os.environ.get(name, "").strip() or default


class Hidden:
    """Words that only their reader sees: no page of settings, log line or traceback prints them."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __repr__(self) -> str:
        return "<hidden>" if self._words else "<empty>"

    def __bool__(self) -> bool:
        return bool(self._words)

    def reveal(self) -> str:
        return self._words


def hidden(name: str) -> Hidden:
    """The same as `text`, for private keys. A variable may spell line ends as backslash and n."""
    return Hidden(text(name).replace("\\n", "\n"))


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def listed(name: str, default: str = "") -> list[str]:
    """A comma-separated variable."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, *, folder: Path, may_make: bool) -> str:
    """A secret from the environment or a file; made once under `folder` (mode 600) where that is allowed.

    Production never makes its own: two machines would each make a different one.
    """
    if value := text(name):
        return value
    if not may_make:
        raise ImproperlyConfigured(f"{name} is not set. Give it in {name} or in a file named by {name}_FILE.")
    path = folder / name.lower()
    try:
        if path.exists():
            return path.read_text(encoding="ascii").strip()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written whole under another name first: another process must never read half a secret.
        draft = folder / f".{name.lower()}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR {folder.parent} cannot be written: {error.strerror}.") from error
    return path.read_text(encoding="ascii").strip()


def database(name: str, default: str) -> dict[str, Any]:
    """Where the data is, with connections that are kept and checked."""
    address = text(name, default)
    try:
        return dict(dj_database_url.parse(address, conn_max_age=600, conn_health_checks=True))
    except (ValueError, KeyError) as error:
        kind = address.split(":")[0]
        raise ImproperlyConfigured(f"{name} must be a postgres:// or sqlite:/// address, not {kind}://….") from error
