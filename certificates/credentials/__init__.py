"""The certificate as an Open Badges 3.0 credential: issued once, checked by anyone, its status published in lists."""

from certificates.credentials import badge, lists, status
from certificates.credentials.checking import Checked, check
from certificates.credentials.issuing import Signed, issue

__all__ = ["Checked", "Signed", "badge", "check", "issue", "lists", "status"]
