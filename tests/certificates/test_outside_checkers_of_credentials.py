"""What software that we did not write says of credentials: valid, tampered with, revoked and expired ones.

Two verifiers from npm (tests/node, versions and hashes in its lock) answer for all of them in one run, offline: they
are handed every document there is to fetch, and an address that is not among these is an error. openbadgeslib answers
in this process.
"""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

from accounts.models import User
from certificates.credentials import lists
from certificates.credentials.building import SCHEMA
from certificates.models import Certificate, IssuerKey, Purpose
from courses.models import Course
from tests.certificates.conftest import Earn
from tests.certificates.credentialed import issued

NODE = Path(__file__).resolve().parent.parent / "node"
SCHEMA_FILE = Path(__file__).parent / "published" / "ob_v3p0_achievementcredential_schema.json"
DB, DCC = "@digitalbazaar/vc", "@digitalcredentials/verifier-core"

Answers = dict[str, dict[str, Any]]
# The verifiers are installed once: whoever runs these tests side by side keeps them in one process.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("node")]


@pytest.fixture(scope="session")
def verifiers() -> Path:
    """The folder with both verifiers, installed from the lock when they are missing or older than it."""
    for program in ("node", "npm"):
        assert shutil.which(program), f"{program} is not installed (Debian packages nodejs and npm)."
    lock, installed = NODE / "package-lock.json", NODE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=NODE, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"The verifiers of tests/node cannot be installed:\n{done.stderr[-2000:]}"
        installed.touch()
    return NODE


@pytest.fixture
def cases(tess: User, ada: User, hygiene: Course, earn: Earn) -> dict[str, str]:
    """Name -> the text of a credential."""
    last_month = timezone.now().date() - timedelta(days=20)
    valid = issued(earn(tess, hygiene.achievement, cycle=1))
    revoked = issued(earn(tess, hygiene.achievement, cycle=2))
    expired = issued(earn(tess, hygiene.achievement, cycle=3, days_ago=400, expires_on=last_month))
    revoked.revoke(by=ada, reason_code="other", public_reason="Withdrawn.")
    lists.rebuild()
    found = {"valid": valid, "revoked": revoked, "expired": expired}
    texts = {name: certificate.credential_text for name, certificate in found.items()}
    texts["tampered"] = texts["valid"].replace("Tess Trainee", "Bess Trainee")
    return texts


@pytest.fixture
def web(cases: dict[str, str]) -> dict[str, str]:
    """Address -> everything there is to fetch, as it is served."""
    served = ("/.well-known/did.json", "/status/revocation/1")
    found = {f"https://academy.example{path}": Client().get(path).content.decode() for path in served}
    return found | {SCHEMA: SCHEMA_FILE.read_text()}


@pytest.fixture
def answers(cases: dict[str, str], web: dict[str, str], verifiers: Path, tmp_path: Path) -> Answers:
    folder = tmp_path / "asked"
    folder.mkdir()
    for name, documents in (("web", web), ("asked", cases)):
        files = {key: f"{name}-{number}.json" for number, key in enumerate(documents)}
        for key, file in files.items():
            (folder / file).write_text(documents[key])
        (folder / f"{name}.json").write_text(json.dumps(files))
    command = ["node", "verify.js", str(folder)]
    done = subprocess.run(command, cwd=verifiers, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["unknown"] == [], "They asked for addresses that we do not serve."
    found: Answers = told["answers"]
    return found


def test_both_verifiers_give_the_right_answer_to_each(answers: Answers) -> None:
    assert {name: answer[DB]["verified"] for name, answer in answers.items()} == {
        "valid": True,
        "revoked": True,  # its proof is sound; what it says of the status is what counts
        "expired": False,
        "tampered": False,
    }
    assert answers["valid"][DB]["status"] == [False]
    assert answers["revoked"][DB]["status"] == [True]
    assert answers["valid"][DB]["statusVerified"] is True
    assert any('is after "validUntil"' in why for why in answers["expired"][DB]["why"])
    assert any("Invalid signature" in why for why in answers["tampered"][DB]["why"])

    def log(name: str) -> dict[str, Any]:
        found: dict[str, Any] = answers[name][DCC]["log"]
        return {key: found.get(key) for key in ("valid_signature", "revocation_status", "expiration")}

    sound = {"valid_signature": True, "revocation_status": True, "expiration": True}
    assert log("valid") == sound
    assert log("revoked") == sound | {"revocation_status": False}
    assert log("expired")["expiration"] is False
    assert answers["tampered"][DCC]["errors"] == ["invalid_signature"]
    assert answers["valid"][DCC]["errors"] == answers["revoked"][DCC]["errors"] == []
    assert [answers[name][DCC]["schema"] for name in ("valid", "revoked")] == [[True], [True]]


@pytest.mark.parametrize(
    ("name", "why"), [("valid", ""), ("tampered", "signature|proof"), ("revoked", "revo"), ("expired", "expired")]
)
def test_openbadgeslib_gives_the_right_answer(cases: dict[str, str], web: dict[str, str], name: str, why: str) -> None:
    key = IssuerKey.objects.for_(Purpose.CREDENTIAL).get(kid=Certificate.objects.all()[0].credential_kid)
    verifier = OB3LdpVerifier(pubkey_pem=key.public, issuer_did="did:web:academy.example")

    def ask() -> Any:
        # It knows lists signed as JWT only, so it takes the word of ours; the other two check its proof.
        return verifier.verify(
            cases[name],
            check_status=True,
            verify_status_list=False,
            download=lambda address: web[address].encode(),
        )

    if why:
        with pytest.raises(OB3VerificationError, match=f"(?i){why}"):
            ask()
    else:
        assert ask().id == json.loads(cases[name])["id"]


def test_the_lock_names_every_version_and_hash_and_no_registry() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text())
    packages = {name: words for name, words in lock["packages"].items() if name}
    assert packages
    assert all(words["integrity"].startswith("sha512-") for words in packages.values())
    assert not any("resolved" in words for words in packages.values())
    asked = json.loads((NODE / "package.json").read_text())["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
