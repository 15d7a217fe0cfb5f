"""What a credential says: the snapshot again, in the words of Open Badges 3.0 (VC data model 2.0)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings

from certificates.credentials.vocabulary import CREDENTIALS, OPEN_BADGES
from certificates.models import Certificate, ListPurpose, StatusEntry

CONTEXT = [CREDENTIALS, OPEN_BADGES]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


def did() -> str:
    """The academy as an issuer: did:web of the address it serves."""
    address = urlsplit(settings.SITE_URL)
    host = f"{address.hostname}%3A{address.port}" if address.port else str(address.hostname)
    return ":".join(["did:web", host, *(quote(part) for part in address.path.split("/") if part)])


def method(kid: str) -> str:
    return f"{did()}#{kid}"


def spelt(moment: datetime) -> str:
    """UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credential_address(certificate: Certificate) -> str:
    return f"{settings.SITE_URL}/credentials/{certificate.uuid}"


def achievement_address(slug: str) -> str:
    return f"{settings.SITE_URL}/achievements/{slug}"


def list_address(purpose: str, number: int) -> str:
    return f"{settings.SITE_URL}/status/{purpose}/{number}"


def achievement(words: dict[str, Any]) -> dict[str, Any]:
    """What a certificate is for, from its snapshot. No scores: what is passed is passed."""
    slug, title = words["achievement"]["slug"], words["achievement"]["title"]
    sentences = " ".join(words["sentences"])
    narrative = "\n".join([f"- {area}" for area in words["areas"]]) or title
    return {
        "id": achievement_address(slug),
        "type": ["Achievement"],
        "name": title,
        "description": sentences or title,
        "criteria": {"narrative": narrative},
    }


def _end_of(day: date, zone: str) -> datetime:
    """The last second of that day where the academy is."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def issuer(name: str) -> dict[str, Any]:
    return {"id": did(), "type": ["Profile"], "name": name, "url": settings.SITE_URL}


def credential(certificate: Certificate, entry: StatusEntry) -> dict[str, Any]:
    """Everything but the proof."""
    words = certificate.statement
    listed = list_address(ListPurpose.REVOCATION, entry.list_number)
    return {
        "@context": CONTEXT,
        "id": credential_address(certificate),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": words["achievement"]["title"],
        "issuer": issuer(words["issuer"]["name"]),
        "validFrom": spelt(certificate.issued_at),
        "validUntil": spelt(_end_of(certificate.expires_on, words["time_zone"])),
        "credentialSubject": {
            "id": f"urn:uuid:{certificate.subject}",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": words["holder"]["name"],
                    "identityType": "name",
                }
            ],
            "achievement": achievement(words),
        },
        # One, not a list of them: the schema of Open Badges refuses a list.
        "credentialStatus": {
            "id": f"{listed}#{entry.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": str(ListPurpose.REVOCATION),
            "statusListIndex": str(entry.index),
            "statusListCredential": listed,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "JsonSchema"}],
    }
