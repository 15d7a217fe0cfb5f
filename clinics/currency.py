"""Whether certificates are current: those that keep them so, brought along for all their holders at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from certificates.models import Certificate


def keeping(certificates: Iterable[Certificate]) -> dict[int, list[Certificate]]:
    """By holder, whatever of theirs may keep these current. One query, or none where nothing has to be kept so."""
    needing = [each for each in certificates if each.achievement.current_while_id is not None]
    held: dict[int, list[Certificate]] = defaultdict(list)
    if needing:
        found = Certificate.objects.to_show().filter(
            holder__in={each.holder_id for each in needing},
            achievement__in={each.achievement.current_while_id for each in needing},
        )
        for kept in found:
            held[kept.holder_id].append(kept)
    return held


def tell_of_each_other(certificates: Sequence[Certificate]) -> None:
    """Each is told whether what keeps it current has lapsed, or each would ask the database for its own."""
    held = keeping(certificates)
    for each in certificates:
        needs = each.achievement.current_while_id is not None
        each.hygiene_lapsed_on = each.lapsed_without(held[each.holder_id]) if needs else None
