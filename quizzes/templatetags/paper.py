"""The questions of a paper and the ways between them, each drawn once (see quizzes.drawing)."""

from collections.abc import Mapping

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from quizzes import drawing
from quizzes.models import Attempt
from quizzes.papers import PaperItem
from quizzes.practising.telling import Told

register = template.Library()


@register.simple_tag(takes_context=True)
def question(context: template.Context, item: PaperItem) -> SafeString:
    """Reads attempt, paper, current, offers_checks and told of the page."""
    attempt: Attempt = context["attempt"]
    told: Mapping[int, Told] = context["told"] or {}
    names = [attempt.pk, item.item.pk]
    said = told.get(item.item.pk)
    can_be_checked = context["offers_checks"] and not item.kind.by_person and not item.kind.by_steps
    return drawing.question(
        item,
        total=len(context["paper"]),
        current=context["current"],
        said=render_to_string("quizzes/_checked.html", {"item_id": item.item.pk, "told": said}) if said else "",
        steps=reverse("quizzes:item", args=names) if item.kind.by_steps else "",
        check=reverse("quizzes:item_check_create", args=names) if can_be_checked else "",
    )


@register.simple_tag
def way_to(item: PaperItem, current: int) -> SafeString:
    """One button of the navigator."""
    return drawing.way(item, current=current)
