"""The credential: what it says, how it is signed, and what is answered to one that somebody brings."""

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import base58
import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone
from openbadgeslib.ob3.contexts import bundled_contexts
from pyld import jsonld
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from certificates import keys
from certificates.credentials import building, issue, proofs, status, vocabulary
from certificates.examining import Document, examine
from certificates.models import Certificate, IssuerKey, Purpose
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.certificates.credentialed import issued

PUBLISHED = Path(__file__).parent / "published"
pytestmark = pytest.mark.django_db


def document(certificate: Certificate) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(certificate.credential_text or issue(certificate).text)
    return found


def plain_form(words: dict[str, Any], contexts: dict[str, Any]) -> str:
    """What PyLD makes of it on its own, with these copies of the contexts."""

    def load(url: str, options: Any) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": copy.deepcopy(contexts[url])}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return str(jsonld.normalize(words, options))


class TestVocabularies:
    def test_every_bundled_file_is_the_one_that_is_listed(self) -> None:
        listed = vocabulary.bundled().values()
        for each in listed:
            content = (vocabulary.FOLDER / each["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == each["sha256"], each["url"]
            assert (vocabulary.FOLDER / each["licence_file"]).stat().st_size > 500
        kept = {path.name for path in vocabulary.FOLDER.iterdir()} - {"CONTEXTS.toml"}
        assert kept == {each["file"] for each in listed} | {each["licence_file"] for each in listed}

    def test_no_other_address_is_loaded(self) -> None:
        with pytest.raises(vocabulary.UnknownVocabulary):
            vocabulary.load("https://www.w3.org/2018/credentials/v1")

    def test_both_copies_of_the_badge_context_in_circulation_mean_the_same_by_our_words(
        self, certificate: Certificate
    ) -> None:
        ours = {url: vocabulary.load(url)["document"] for url in building.CONTEXT}
        theirs = bundled_contexts()
        assert ours[vocabulary.OPEN_BADGES] != theirs[vocabulary.OPEN_BADGES]
        bare = {key: value for key, value in document(certificate).items() if key != "proof"}

        assert plain_form(bare, ours) == plain_form(bare, dict(theirs)) == proofs.canonical(bare)

    def test_the_words_that_only_the_newer_copy_knows_cannot_be_signed(self, certificate: Certificate) -> None:
        words = document(certificate)
        words["endorsementJwt"] = ["a.b.c"]
        with pytest.raises(proofs.Unsignable, match="endorsementJwt"):
            proofs.canonical(words)


class TestProofs:
    @pytest.fixture
    def vector(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """W3C's, with the context of W3C's examples beside ours."""
        folder = PUBLISHED / "eddsa-rdfc-2022"
        example = "https://www.w3.org/ns/credentials/examples/v2"
        listed = {**vocabulary.bundled(), example: {}}
        known = vocabulary._document
        words = json.loads((folder / "credentials-examples-v2.json").read_text())
        monkeypatch.setattr(vocabulary, "bundled", lambda: listed)
        monkeypatch.setattr(vocabulary, "_document", lambda url: words if url == example else known(url))
        names = ("doc-hash.txt", "proof-config-hash.txt", "key-pair.json", "signed-credential.json")
        return {name: (folder / name).read_text() for name in names}

    def test_the_published_vector_comes_out_byte_for_byte(self, vector: dict[str, Any]) -> None:
        pair, signed = json.loads(vector["key-pair.json"]), json.loads(vector["signed-credential.json"])
        private = Ed25519PrivateKey.from_private_bytes(base58.b58decode(pair["privateKeyMultibase"][1:])[2:])
        bare = {key: value for key, value in signed.items() if key != "proof"}
        proof = signed["proof"]

        again = proofs.sign(bare, private, method=proof["verificationMethod"], created=proof["created"])

        assert again == signed
        assert proofs.multikey(private.public_key()) == pair["publicKeyMultibase"]
        hashes = vector["proof-config-hash.txt"].strip() + vector["doc-hash.txt"].strip()
        assert proofs._signed_bytes(bare, proof).hex() == hashes
        assert proofs.is_signed_by(signed, private.public_key())
        signed["credentialSubject"]["alumniOf"] = "Another school"
        assert not proofs.is_signed_by(signed, private.public_key())

    @pytest.mark.parametrize(
        ("change", "word"),
        [
            (lambda words: words.update(nickname="Tess"), "nickname"),
            (lambda words: words["credentialSubject"].update(shoeSize="38"), "shoeSize"),
            (lambda words: words["type"].append("ClubCard"), "ClubCard"),
            (lambda words: words["credentialSubject"].update(id="tess"), "tess"),
            (lambda words: words["credentialSubject"].update({"@context": {"shoe": "urn:shoe"}}), "of its own"),
            (lambda words: words["@context"].append("https://example.com/v1"), "example.com"),
            (lambda words: words.update({"@context": {"@vocab": "urn:x:"}}), "in a list"),
        ],
    )
    def test_what_would_go_unsigned_is_refused(
        self, certificate: Certificate, change: Callable[[dict[str, Any]], None], word: str
    ) -> None:
        words = building.credential(certificate, status.enter(certificate))
        words = copy.deepcopy(words)
        change(words)
        with pytest.raises(proofs.Unsignable, match=word):
            proofs.canonical(words)
        with pytest.raises(proofs.Unsignable, match=word):
            proofs.check_words(words)


class TestIssuing:
    def test_the_same_bytes_come_out_each_time(self, certificate: Certificate) -> None:
        first, again = issue(certificate), issue(Certificate.objects.get(pk=certificate.pk))
        assert first == again
        assert first.sha256 == hashlib.sha256(first.text.encode()).hexdigest()
        assert first.kid == keys.active(Purpose.CREDENTIAL).kid

    def test_what_was_recorded_is_what_is_issued_whatever_key_signs_now(self, certificate: Certificate) -> None:
        before = issued(certificate)
        IssuerKey.objects.filter(kid=before.credential_kid).update(retired_at=timezone.now())
        keys.ensure()
        assert keys.active(Purpose.CREDENTIAL).kid != before.credential_kid
        assert issue(before).text == before.credential_text

    def test_it_says_what_the_paper_says_and_no_score(self, certificate: Certificate, tess: User) -> None:
        words = document(certificate)
        subject = words["credentialSubject"]
        assert words["id"] == f"https://academy.example/credentials/{certificate.uuid}"
        assert words["issuer"]["id"] == "did:web:academy.example"
        assert subject["id"] == f"urn:uuid:{certificate.subject}"
        assert [(one["hashed"], one["identityHash"]) for one in subject["identifier"]] == [(False, "Tess Trainee")]
        assert subject["achievement"]["id"] == "https://academy.example/achievements/clean"
        assert subject["achievement"]["criteria"]["narrative"] == "- Hand hygiene\n- Sharps"
        text = json.dumps(words)
        assert "evidence" not in text
        assert "score" not in text
        assert tess.email not in text
        assert words["proof"]["created"] == words["validFrom"] == building.spelt(certificate.issued_at)

    @pytest.mark.parametrize(
        ("expires", "until"),
        [(date(2027, 1, 10), "2027-01-10T23:59:59Z"), (date(2027, 7, 10), "2027-07-10T22:59:59Z")],
    )
    def test_it_holds_through_the_end_of_the_last_day_where_the_academy_is(
        self, tess: User, hygiene: Course, earn: Earn, expires: date, until: str
    ) -> None:
        assert document(earn(tess, hygiene.achievement, expires_on=expires))["validUntil"] == until

    def test_it_names_one_status_whose_index_is_text(self, certificate: Certificate) -> None:
        found = document(certificate)["credentialStatus"]
        assert isinstance(found, dict)
        assert found["statusPurpose"] == "revocation"
        assert found["statusListIndex"] == str(certificate.status_entry.index)
        assert found["statusListCredential"] == "https://academy.example/status/revocation/1"

    def test_the_official_schema_accepts_it(self, certificate: Certificate) -> None:
        schema = json.loads((PUBLISHED / "ob_v3p0_achievementcredential_schema.json").read_text())
        words = document(certificate)
        assert schema["$id"] == words["credentialSchema"][0]["id"]
        checker = jsonschema.Draft201909Validator(schema, format_checker=jsonschema.FormatChecker())
        assert list(checker.iter_errors(words)) == []
        words["credentialStatus"] = [words["credentialStatus"]]
        assert list(checker.iter_errors(words)) != []

    @pytest.mark.parametrize(
        ("address", "did"),
        [
            ("https://academy.example", "did:web:academy.example"),
            ("http://localhost:8000", "did:web:localhost%3A8000"),
            ("https://example.org/academy", "did:web:example.org:academy"),
        ],
    )
    def test_the_issuer_is_the_address_it_is_served_at(self, settings: Settings, address: str, did: str) -> None:
        settings.SITE_URL = address
        assert building.did() == did


class TestChecking:
    """What becomes of one that somebody drops; more of it stands with the other dropped files."""

    def test_the_very_text(self, certificate: Certificate, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        text = issued(certificate).credential_text
        with django_assert_num_queries(2):
            found = examine(text.encode())
        assert (found.document, found.code, found.problems) == (Document.CREDENTIAL_VALID, certificate.code, ())

    @pytest.mark.parametrize(
        "change",
        [
            lambda words: words["proof"].update(proofValue="z" + "1" * 88),
            lambda words: words["proof"].update(proofValue=1),
            lambda words: words["proof"].update(created="2020-01-01T00:00:00Z"),
            lambda words: words.update(proof=[]),
            lambda words: words.pop("proof"),
            lambda words: words.pop("credentialStatus"),
            lambda words: words["type"].reverse(),
            lambda words: words["credentialSubject"]["identifier"][0].update(hashed=0),
            lambda words: words.update(evidence=[{"id": "https://example.com", "type": ["Evidence"]}]),
            lambda words: words["@context"].reverse(),
            lambda words: words.update({"@included": []}),
        ],
    )
    def test_every_change_is_found(self, certificate: Certificate, change: Callable[[dict[str, Any]], None]) -> None:
        words = document(issued(certificate))
        change(words)
        assert examine(json.dumps(words).encode()).document is Document.CREDENTIAL_ALTERED

    def test_a_file_made_to_keep_us_busy_is_never_brought_into_canonical_form(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        words = document(issued(certificate))
        nodes = [{"id": f"_:b{number}", "type": ["Evidence"]} for number in range(20)]
        words["evidence"] = nodes
        monkeypatch.setattr(proofs, "canonical", lambda _: pytest.fail("It was canonicalised."))
        assert examine(json.dumps(words).encode()).document is Document.CREDENTIAL_ALTERED

    def test_a_retired_key_still_counts(self, certificate: Certificate) -> None:
        text = issued(certificate).credential_text
        IssuerKey.objects.for_(Purpose.CREDENTIAL).update(retired_at=timezone.now())
        assert examine(text.encode()).document is Document.CREDENTIAL_VALID

    @pytest.mark.parametrize(
        ("true", "false"),
        [
            ("Tess Trainee", "Bess Trainee"),
            ('"hashed"', '"mashed"'),
            ('"proofValue": "z', '"proofValue": "u'),
            ("#ed25519-", "#ed25518-"),
        ],
    )
    def test_a_register_that_was_tampered_with_does_not_make_a_credential_valid(
        self, certificate: Certificate, true: str, false: str
    ) -> None:
        text = issued(certificate).credential_text.replace(true, false)
        assert text != certificate.credential_text
        Certificate.objects.filter(pk=certificate.pk).update(credential_text=text)

        found = examine(text.encode())

        assert found.document is Document.CREDENTIAL_ALTERED
        assert "Its proof does not fit what it says." in " ".join(found.problems)

    def test_a_key_of_another_purpose_proves_nothing(self, certificate: Certificate) -> None:
        text = issued(certificate).credential_text
        Certificate.objects.filter(pk=certificate.pk).update(credential_kid=keys.active(Purpose.TOKEN).kid)
        assert examine(text.encode()).document is Document.CREDENTIAL_ALTERED


class TestServing:
    def test_anyone_with_the_link_gets_the_exact_bytes(self, certificate: Certificate) -> None:
        text = issued(certificate).credential_text
        answer = Client().get(f"/credentials/{certificate.uuid}")
        assert answer.content == text.encode()
        assert answer["Content-Type"] == "application/vc+ld+json"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer["Cache-Control"].startswith("private")
        assert answer["X-Robots-Tag"] == "noindex"
        again = Client().get(f"/credentials/{certificate.uuid}", headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304

    def test_what_was_not_issued_yet_is_not_there(self, certificate: Certificate) -> None:
        for ending in ("", ".png", ".svg"):
            assert Client().get(f"/credentials/{certificate.uuid}{ending}").status_code == 404

    @pytest.mark.parametrize("address", ["/.well-known/did.json", "/did.json"])
    def test_the_did_document_names_every_key_and_trusts_all_but_the_compromised(
        self, certificate: Certificate, address: str
    ) -> None:
        first = issued(certificate).credential_kid
        IssuerKey.objects.filter(kid=first).update(retired_at=timezone.now())
        keys.ensure()
        newer = keys.active(Purpose.CREDENTIAL)

        answer = Client().get(address)
        found = answer.json()
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert found["id"] == "did:web:academy.example"
        assert set(found["assertionMethod"]) == {f"did:web:academy.example#{kid}" for kid in (first, newer.kid)}
        assert [method["type"] for method in found["verificationMethod"]] == ["Multikey", "Multikey"]
        assert isinstance(newer.private, Ed25519PrivateKey)
        shown = {method["id"]: method["publicKeyMultibase"] for method in found["verificationMethod"]}
        assert shown[f"did:web:academy.example#{newer.kid}"] == proofs.multikey(newer.private.public_key())

        at = datetime(2027, 1, 1, tzinfo=UTC)
        IssuerKey.objects.filter(kid=first).update(compromised_at=at)
        found = Client().get(address).json()
        assert found["assertionMethod"] == [f"did:web:academy.example#{newer.kid}"]
        revoked = {method["id"].partition("#")[2]: method.get("revoked") for method in found["verificationMethod"]}
        assert revoked == {first: "2027-01-01T00:00:00Z", newer.kid: None}

    def test_the_web_keys_are_those_that_count(self, certificate: Certificate) -> None:
        first = issued(certificate).credential_kid
        found = Client().get("/.well-known/jwks.json").json()["keys"]
        assert {key["kid"] for key in found} == set(IssuerKey.objects.values_list("kid", flat=True))
        assert {(key["kty"], key.get("crv")) for key in found} == {("OKP", "Ed25519"), ("EC", "P-256")}
        assert not any("d" in key for key in found)
        IssuerKey.objects.filter(kid=first).update(compromised_at=timezone.now())
        found = Client().get("/.well-known/jwks.json").json()["keys"]
        assert first not in {key["kid"] for key in found}

    def test_an_achievement_is_a_page_for_people_and_linked_data_for_machines(self, certificate: Certificate) -> None:
        page = Client().get("/achievements/clean", headers={"Accept": "text/html,*/*;q=0.8"})
        assert "What was assessed" in page.content.decode()
        assert "Hand hygiene" in page.content.decode()
        machine = Client().get("/achievements/clean/", headers={"Accept": "application/ld+json"})
        assert machine["Content-Type"] == "application/ld+json"
        assert "Accept" in machine["Vary"]
        found = machine.json()
        credential = document(certificate)["credentialSubject"]["achievement"]
        assert {key: found[key] for key in credential} == credential
        proofs.check_words(found)
        assert Client().get("/achievements/nothing").status_code == 404
