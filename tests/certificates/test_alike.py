"""What machines fetch is the same for everyone, so a shared cache may keep one copy. Pages go on as they were."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from accounts.models import User
from certificates import issuing, keys
from certificates.credentials import publishing
from certificates.middleware import AlikeMiddleware
from certificates.models import Certificate
from tests.conftest import ClientOf

DOCUMENTS = [
    "/.well-known/did.json",
    "/.well-known/jwks.json",
    "/did.json",
    "/status/revocation/1",
    "/credentials/{uuid}",
    "/credentials/{uuid}.png",
    "/credentials/{uuid}.svg",
    "/pki/root.pem",
    "/pki/authority.crl",
    "/scan/keys.json",
    "/scan/worker.js",
]
PAGES = ["/scan/", "/v/", "/check/file/", "/certificates/", "/achievements/clean", "/"]


@pytest.fixture
def drawn(certificate: Certificate) -> Certificate:
    keys.ensure()
    issuing.draw(certificate)
    publishing.look_after_lists()
    certificate.refresh_from_db()
    return certificate


def varies(answer: HttpResponseBase) -> set[str]:
    return {name.strip().lower() for name in answer.headers.get("Vary", "").split(",") if name.strip()}


@pytest.mark.parametrize("address", DOCUMENTS)
def test_a_document_is_the_same_for_everyone(
    address: str, drawn: Certificate, tess: User, client: Client, client_of: ClientOf
) -> None:
    address = address.format(uuid=drawn.uuid)
    somebody = client_of(tess)
    somebody.cookies["theme"] = "dark"

    answers = [client.get(address), somebody.get(address)]

    for answer in answers:
        assert answer.status_code == 200
        assert "cookie" not in varies(answer)
        assert not answer.cookies
    if address != "/scan/keys.json":  # it tells the moment
        assert answers[0].content == answers[1].content


@pytest.mark.parametrize("address", PAGES)
def test_a_page_still_varies_by_who_asks(address: str, drawn: Certificate, tess: User, client_of: ClientOf) -> None:
    answer = client_of(tess).get(address, follow=True)

    assert answer.status_code == 200
    assert "cookie" in varies(answer)


def test_whoever_fetches_a_document_stays_signed_in(drawn: Certificate, tess: User, client_of: ClientOf) -> None:
    client = client_of(tess)
    client.get("/.well-known/did.json")

    assert client.get("/certificates/").status_code == 200


def test_what_else_an_answer_varies_by_is_kept_and_no_cookie_is_given() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        answer = HttpResponse(repr(request.COOKIES), headers={"Vary": "Accept-Encoding, Cookie, Accept"})
        answer.set_cookie("sessionid", "secret")
        return answer

    asked = RequestFactory()
    asked.cookies["sessionid"] = "mine"
    document, page = (AlikeMiddleware(view)(asked.get(path)) for path in ("/did.json", "/certificates/"))

    assert (document["Vary"], document.cookies, document.content) == ("Accept-Encoding, Accept", {}, b"{}")
    assert (page["Vary"], page.content) == ("Accept-Encoding, Cookie, Accept", b"{'sessionid': 'mine'}")
    assert page.cookies
