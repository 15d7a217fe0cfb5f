"""The house keeps its own rules: templates compile, migrations agree, settings are told in the README."""

import ast
import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

from certificates import loading as certificate_section
from courses.loading import folder as loading_folder
from quizzes import kinds
from quizzes.kinds.authoring import COMMON_FIELDS
from quizzes.loading import quiz as quiz_section

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted(path.relative_to(BASE / "templates") for path in (BASE / "templates").rglob("*.*"))
READERS = {"text", "flag", "number", "listed", "secret", "hidden"}


@pytest.mark.parametrize("name", [str(path) for path in TEMPLATES])
def test_a_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.django_db
def test_migrations_agree_with_the_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def settings_read() -> set[str]:
    """Every variable that settings.py asks its environment for."""
    tree = ast.parse((BASE / "portal" / "settings.py").read_text())
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_a_setting_stands_in_the_readme(name: str) -> None:
    assert f"`{name}`" in (BASE / "README.md").read_text()


def keys_of_a_programme() -> set[str]:
    """Every key that a programme folder may hold, as its readers know them."""
    folder = loading_folder.PROGRAMME_KEYS | loading_folder.COURSE_KEYS | loading_folder.LESSON_KEYS
    questions = COMMON_FIELDS.union(*(kind.own_fields for kind in kinds.all_kinds()))
    return folder | quiz_section.KEYS | certificate_section.KEYS | questions | {kind.name for kind in kinds.all_kinds()}


@pytest.mark.parametrize("key", sorted(keys_of_a_programme()))
def test_a_key_of_a_programme_folder_stands_in_its_readme(key: str) -> None:
    assert re.search(rf"\b{key}\b", (BASE / "courses" / "programmes" / "README.md").read_text())


def test_every_dependency_is_pinned_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        lines = (BASE / name).read_text().splitlines()
        pinned = [line for line in lines if re.match(r"^[a-z0-9]", line)]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned), name


def test_the_floors_are_the_apps() -> None:
    contracts = tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

    assert set(contracts[0]["layers"]) <= set(settings.INSTALLED_APPS)


def test_no_page_carries_inline_style_script_or_handler() -> None:
    """The policy would drop them, quietly. Letters are no pages."""
    pages = [path for path in TEMPLATES if "email" not in path.parts]
    for path in pages:
        text = (BASE / "templates" / path).read_text()
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"\son[a-z]+=", text), path
        for tag in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag, path
