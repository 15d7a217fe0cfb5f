"""One spelling for one content, so that its hash means something. Plain values only."""

import hashlib
import json
from typing import Any


def canonical(words: dict[str, Any]) -> str:
    """JSON with sorted keys and no spaces: for text, whole numbers, lists and objects the same as RFC 8785 (JCS)."""
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
