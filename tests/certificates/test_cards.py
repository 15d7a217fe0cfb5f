"""The picture and the words that a shared link shows elsewhere: of the certificate, never of its holder."""

import io
import re

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from certificates import cards, checking, codes
from certificates.models import Certificate


def card_of(certificate: Certificate) -> cards.Card:
    answer = checking.look_up(certificate.code)
    assert answer
    return cards.Card.of(answer)


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="(og:[\w:]+|twitter:card)" content="([^"]*)">', page))


def test_a_card_has_the_size_that_crawlers_ask_for(client: Client, certificate: Certificate) -> None:
    answer = client.get(f"/v/{certificate.code}/card.png")
    picture = Image.open(io.BytesIO(answer.content))

    assert answer["Content-Type"] == "image/png"
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(answer.content) < 300_000


def test_it_is_drawn_from_the_certificates_own_seal(certificate: Certificate) -> None:
    card = card_of(certificate)
    other = cards.Card(**{**vars(card), "seal": bytes(32)})

    assert cards.png(card) == cards.png(card)
    assert cards.png(card) != cards.png(other)


def test_it_names_nobody_and_promises_nothing(certificate: Certificate) -> None:
    words = [value for value in vars(card_of(certificate)).values() if isinstance(value, str)]

    assert "Tess" not in " ".join(words)
    assert "valid" not in card_of(certificate).word.lower()


def test_bad_news_is_on_it_and_it_is_another_picture(client: Client, certificate: Certificate, ada: User) -> None:
    before = client.get(f"/v/{certificate.code}/card.png")
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    after = client.get(f"/v/{certificate.code}/card.png", headers={"if-none-match": before["ETag"]})

    assert card_of(certificate).word == "Revoked certificate"
    assert after.status_code == 200
    assert after.content != before.content


def test_a_card_that_did_not_change_is_not_drawn_again(client: Client, certificate: Certificate) -> None:
    first = client.get(f"/v/{certificate.code}/card.png")
    again = client.get(f"/v/{certificate.code}/card.png", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert again["Cache-Control"] == "public, max-age=300"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("code", ["x", "0" * 300, "7KQ4M2XD9F3H0W8R"])
def test_there_is_none_of_what_is_not_in_the_register(client: Client, db: None, code: str) -> None:
    assert client.get(f"/v/{code}/card.png").status_code == 404


def test_a_machine_that_asks_for_many_is_slowed_down(client: Client, db: None) -> None:
    answers = [client.get(f"/v/{codes.new_code()}/card.png").status_code for _time in range(21)]

    assert answers == [404] * 20 + [429]


@pytest.mark.parametrize("title", ["W" * 160, "A very long title " * 8, "Ä", "針と深さ", "x y " * 40])
def test_any_title_fits(title: str) -> None:
    assert cards.png(cards.Card(title, "The Academy " * 6, bytes(32), "valid", "Certificate", "AAAA-AAAA-AAAA-AAAA"))


def test_the_page_tells_crawlers_of_it_and_stays_out_of_indexes(client: Client, certificate: Certificate) -> None:
    page = client.get(certificate.get_check_url())
    said = tags(page.text)

    assert said["og:image"] == f"https://academy.example/v/{certificate.code}/card.png"
    assert said["og:url"] == f"https://academy.example/v/{certificate.code}"
    assert said["og:title"] == "Hygiene and infection control"
    assert said["twitter:card"] == "summary_large_image"
    assert not any("Tess" in words for words in said.values())
    assert page["X-Robots-Tag"] == "noindex"
    assert "Disallow: /v" not in client.get("/robots.txt").text


def test_a_revoked_ones_words_say_so(client: Client, certificate: Certificate, ada: User) -> None:
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")

    assert tags(client.get(certificate.get_check_url()).text)["og:title"].startswith("Revoked certificate: ")
