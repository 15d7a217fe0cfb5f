"""The certificate as an Open Badges 3.0 credential: issued once, checked by anyone, its status published in lists."""

from certificates.credentials import badge, lists, status
from certificates.credentials.checking import is_proved
from certificates.credentials.issuing import Signed, issue

__all__ = ["Signed", "badge", "is_proved", "issue", "lists", "status"]
