"""Staff may read what was asked, answered and judged; nobody writes it there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from quizzes.models import Attempt
from tests.conftest import ClientOf
from tests.quizzes.making import hand_in

MODELS = [model for model in apps.get_app_config("quizzes").get_models() if model.__name__ != "CheckAnswer"]


@pytest.mark.parametrize("model", MODELS)
def test_every_table_can_be_read_and_none_written(
    model: type[Model], ada: User, client_of: ClientOf, attempt: Attempt
) -> None:
    hand_in(attempt)
    attempt.open_feedback()
    row = model._default_manager.first()
    name = f"admin:quizzes_{model._meta.model_name}"
    browser = client_of(ada)

    assert browser.get(reverse(f"{name}_changelist")).status_code == 200
    assert browser.get(reverse(f"{name}_add")).status_code == 403
    if row is None:  # a plain hand-in leaves no row in this table
        return
    assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert browser.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
    assert browser.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_every_table_of_quizzes_is_there() -> None:
    assert set(apps.get_app_config("quizzes").get_models()) <= set(admin.site._registry)
