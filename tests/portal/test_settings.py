"""Settings fail at the start, in one line, with the variable's name."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal import environment


def check(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` in a process of its own, on a machine that says only this."""
    clean = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DEMO": "1", "HOST": "0.0.0.0"}, "HOST"),  # noqa: S104  the very thing that is refused
        ({"DEMO": "perhaps"}, "DEMO"),
        ({"PORT": "eighty"}, "PORT"),
        ({"SITE_URL": "academy.example"}, "SITE_URL"),
        ({"SITE_URL": "https://academy.example"}, "SECRET_KEY"),
        ({"SITE_URL": "https://academy.example", "SECRET_KEY": "x"}, "WHORL_SECRET"),
        ({"DATABASE_URL": "postgres://portal@127.0.0.1/portal"}, "SECRET_KEY"),
        ({"DATABASE_URL": "gopher://x", "SECRET_KEY": "x", "WHORL_SECRET": "x"}, "DATABASE_URL"),
        ({"EMAIL_URL": "carrier://pigeon"}, "EMAIL_URL"),
        ({"SECRET_KEY_FILE": "/nowhere/at/all"}, "SECRET_KEY"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path, variables: dict[str, str], named: str) -> None:
    done = check(tmp_path, **variables)

    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_told_in_one_line() -> None:
    done = check(Path("/dev/null/nowhere"))

    assert done.returncode == 1
    assert "DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = environment.secret("SOME_SECRET", folder=tmp_path / "secrets", may_make=True)
    again = environment.secret("SOME_SECRET", folder=tmp_path / "secrets", may_make=True)

    assert first == again
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secrets" / "some_secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["some_secret"]


def test_a_secret_left_by_the_demo_is_not_taken_in_production(tmp_path: Path) -> None:
    environment.secret("SOME_SECRET", folder=tmp_path, may_make=True)

    with pytest.raises(ImproperlyConfigured, match="SOME_SECRET"):
        environment.secret("SOME_SECRET", folder=tmp_path, may_make=False)


def test_a_secret_can_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "key"))

    assert environment.secret("SOME_SECRET", folder=tmp_path, may_make=False) == "from the file"


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SETTING", "")

    assert environment.text("SOME_SETTING", "the default") == "the default"
