"""Whether what certificates are signed with is here and is right: at start, in the worker's sweeps, and by hand."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connection

from certificates import keys
from certificates.keys import probing
from certificates.models import IssuerKey
from jobs.models import Heartbeat

log = logging.getLogger("certificates")

_told: set[str] = set()  # by this process: a sweep comes every half minute

BEAT = "keys"  # seen whenever every active key has just signed, and what it signed verified


@register("keys", deploy=True)
def keys_sign(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """Every active key signs a probe that verifies with what was published. Before the tables are made, nothing."""
    try:
        if IssuerKey._meta.db_table not in connection.introspection.table_names():
            return []
        found = probing.troubles()
    except DatabaseError:
        # Said, and no more: that the database is down is for /healthz, and nothing is known of the keys.
        return [checks.Info("The keys were not tried: the database does not answer.", id="certificates.I001")]
    return [
        Error(trouble.words, hint=trouble.hint, id="certificates.E001")
        if trouble.is_grave
        else checks.Warning(trouble.words, hint=trouble.hint, id="certificates.W001")
        for trouble in found
    ]


def try_keys() -> None:
    """The same in a worker, which alone has the private keys for certain. /healthz reads the beat."""
    if settings.KEYS_MAY_BE_MADE:
        keys.ensure()
    found = probing.troubles()
    for trouble in found:
        if trouble.words not in _told:
            log.log(logging.ERROR if trouble.is_grave else logging.WARNING, "%s %s", trouble.words, trouble.hint)
    _told.clear()
    _told.update(trouble.words for trouble in found)
    if not any(trouble.is_grave for trouble in found):
        Heartbeat.beat(BEAT)
