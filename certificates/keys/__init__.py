"""Our keys: the private parts from files or variables, loaded once per process; the public parts are rows.

`active(purpose)` is what signs now. Private keys never reach the database or a log. How keys come and go:
`manage.py keys` and portal/docs/keys.md.
"""

from certificates.keys.chain import fingerprint, ours, roots
from certificates.keys.holding import KeysMissing, SigningKey, active, forget, private_of
from certificates.keys.living import CACHE_LIFETIME, KeyRefused, activate, compromise, retire, signed_by
from certificates.keys.making import ensure, make, take_in

__all__ = [
    "CACHE_LIFETIME",
    "KeyRefused",
    "KeysMissing",
    "SigningKey",
    "activate",
    "active",
    "compromise",
    "ensure",
    "fingerprint",
    "forget",
    "make",
    "ours",
    "private_of",
    "retire",
    "roots",
    "signed_by",
    "take_in",
]
