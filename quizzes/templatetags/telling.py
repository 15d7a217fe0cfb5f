"""What pages of a paper need to show what was told about an answer."""

from collections.abc import Mapping

from django import template

from quizzes.practising.telling import Told

register = template.Library()


@register.filter
def of_item(told: Mapping[int, Told] | None, item_id: int) -> Told | None:
    """What was told about this item, if its answer was checked."""
    return (told or {}).get(item_id)
