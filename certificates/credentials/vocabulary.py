"""The vocabularies (JSON-LD contexts) a credential may use: bundled with their hashes. Nothing is ever fetched."""

import copy
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "contexts"
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"
DID = "https://www.w3.org/ns/did/v1"  # named in did.json; never expanded here


class UnknownVocabulary(Exception):
    """A document names a context that is not bundled."""


@cache
def bundled() -> dict[str, dict[str, Any]]:
    """Address -> what CONTEXTS.toml says of it."""
    listed = tomllib.loads((FOLDER / "CONTEXTS.toml").read_text(encoding="utf-8"))["context"]
    return {each["url"]: each for each in listed}


@cache
def _document(url: str) -> dict[str, Any]:
    if url not in bundled():
        raise UnknownVocabulary(url)
    document: dict[str, Any] = json.loads((FOLDER / bundled()[url]["file"]).read_text(encoding="utf-8"))
    return document


def load(url: str, options: Any = None) -> dict[str, Any]:
    """What PyLD asks for a context. A copy, because it writes into what it gets; `static` lets it keep the result."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": copy.deepcopy(_document(url)),
        "tag": "static",
    }
