"""What the question editor shows."""

import re

from django import template

from quizzes import kinds

register = template.Library()

TILE = "#b4b4b4"


@register.filter
def hex(typed: str) -> str:  # noqa: A001  the filter's name in templates
    """The colour that was typed; the grey of the tile while it is none."""
    return typed if re.fullmatch(r"#[0-9a-fA-F]{6}", typed.strip()) else TILE


@register.simple_tag
def kind_label(name: str) -> str:
    """A kind's name as instructors know it."""
    return dict(kinds.choices()).get(name, name)
