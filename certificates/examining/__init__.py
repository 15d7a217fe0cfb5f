"""A file somebody was handed -> what is true of it. Looked at in memory, never kept.

`examine` knows the register. The modules that open a stranger's file (`keeper` and what it imports) know neither
Django nor a secret: they run in a process of their own, under limits.
"""

from __future__ import annotations

from certificates.examining.finding import GENUINE, REFUSED, Difference, Document, Finding

__all__ = ["GENUINE", "REFUSED", "Difference", "Document", "Finding", "examine"]


def examine(content: bytes, *, name: str = "") -> Finding:
    """What is true of these bytes. At most three queries; a file that cannot be opened is a finding, not an error."""
    from certificates.examining.comparing import examined

    return examined(content, name=name)
