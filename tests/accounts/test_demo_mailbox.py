"""In demo mode anyone on the machine reads every letter; elsewhere the mailbox does not exist."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jobs.models import Mail


@pytest.fixture
def letter(db: None) -> Mail:
    return Mail.objects.create(
        key="k",
        kind="account",
        to="nell@example.com",
        subject="Your code <1>",
        text="<img src=x> ABCD-EFG http://localhost/",
        html="<b>x</b>",
    )


def test_outside_demo_mode_it_does_not_exist(letter: Mail, ada: User, client: Client) -> None:
    client.force_login(ada)

    for browser in (client, Client()):
        assert browser.get(reverse("demo_mail")).status_code == 404
        assert browser.get(reverse("demo_letter", args=[letter.pk])).status_code == 404


def test_a_newcomer_finds_the_newest_letter_first(letter: Mail, client: Client, settings: Any) -> None:
    settings.DEMO = True
    Mail.objects.create(key="l", kind="account", to="nell@example.com", subject="A later one", text="x")

    page = client.get(reverse("demo_mail"))

    assert page.text.index("A later one") < page.text.index("Your code &lt;1&gt;")


def test_a_letter_is_shown_as_text(letter: Mail, client: Client, settings: Any) -> None:
    settings.DEMO = True

    page = client.get(reverse("demo_letter", args=[letter.pk]))

    assert "&lt;img src=x&gt; ABCD-EFG" in page.text
    assert "<b>x</b>" not in page.text


@pytest.mark.parametrize("number", [0, 7, 2**63, 2**200])
@pytest.mark.django_db
def test_a_letter_that_is_not_there_is_a_404(client: Client, settings: Any, number: int) -> None:
    settings.DEMO = True

    assert client.get(f"/demo/mail/{number}/").status_code == 404


@pytest.mark.parametrize("page", ["x", "-1", "0", "99999999999999999999", "1e9", "\x00"])
def test_any_page_number_is_put_up_with(letter: Mail, client: Client, settings: Any, page: str) -> None:
    settings.DEMO = True

    assert client.get(reverse("demo_mail"), {"page": page}).status_code == 200
