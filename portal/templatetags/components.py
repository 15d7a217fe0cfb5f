"""Page parts that wrap other content, and the few that have to compute: built in, no {% load %} needed."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from courses import whorl as whorls

register = template.Library()

NOTE_TITLES = {"clinic": _("Clinic note"), "safety": _("Safety"), "tip": _("Tip")}
NOTE_ICONS = {"clinic": "info", "safety": "warning", "tip": "arrow-right"}
CARD_TONES = {"plain", "pass", "wait", "go"}
FIELD_SIDE = 200  # the whorl is drawn on a square of 200 by 200
FEW, BOLD = 100, 1.3  # a whorl of few dots is a small picture: bolder dots keep it readable


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One picture of the sprite. Without a label it is decoration, and a word must stand beside it."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_block_tag
def card(content: str, title: str = "", tone: str = "plain", heading: int = 2) -> SafeString:
    """A surface with an optional heading."""
    tone = tone if tone in CARD_TONES else "plain"
    level = heading if heading in {2, 3, 4} else 2
    head = format_html('<h{0} class="card__title">{1}</h{0}>', level, title) if title else ""
    return format_html('<section class="card card--{}">{}{}</section>', tone, head, mark_safe(content))  # noqa: S308  drawn by us


@register.simple_block_tag
def note(content: str, tone: str = "clinic", title: str = "", heading: int = 2) -> SafeString:
    """An aside with a tone: clinic, safety or tip."""
    tone = tone if tone in NOTE_TITLES else "clinic"
    level = heading if heading in {2, 3, 4} else 2
    return format_html(
        '<div class="note note--{0}" role="note"><h{1} class="note__title">{2}{3}</h{1}>{4}</div>',
        tone,
        level,
        icon(NOTE_ICONS[tone]),
        title or NOTE_TITLES[tone],
        mark_safe(content),  # noqa: S308  drawn by us
    )


@register.simple_tag
def field(bound: BoundField, hint: str = "", autocomplete: str = "") -> SafeString:
    """One form field: label, hint, control, what went wrong."""
    context: dict[str, Any] = {"field": bound, "hint": hint}
    if autocomplete:
        bound.field.widget.attrs["autocomplete"] = autocomplete
    return SafeString(render_to_string("components/field.html", context))


@register.simple_block_tag(takes_context=True)
def way(context: template.Context, content: str, view: str, strong: bool = False, exact: bool = False) -> SafeString:
    """A link of a bar, which knows whether the reader is there or (unless `exact`) beneath it."""
    href = reverse(view)
    request = context.get("request")
    path = request.path if request else ""
    beneath = path.startswith(href) and not exact
    here = ' aria-current="page"' if path == href else ' aria-current="true"' if beneath else ""
    return format_html(
        '<a href="{}"{}{}>{}</a>',
        href,
        SafeString(' class="strong"' if strong else ""),
        SafeString(here),
        mark_safe(content),  # noqa: S308  drawn by us
    )


@register.simple_tag
def beads_svg(items: Sequence[str]) -> SafeString:
    """One bead a step: solid when done, a ring with a core here, an empty ring to come."""
    drawn = []
    for place, state in enumerate(items):
        x = 10 + 20 * place
        if state == "done":
            drawn.append(f'<circle cx="{x}" cy="10" r="6" class="on"/>')
        elif state == "here":
            drawn.append(f'<circle cx="{x}" cy="10" r="6" class="now"/><circle cx="{x}" cy="10" r="2.5" class="on"/>')
        else:
            drawn.append(f'<circle cx="{x}" cy="10" r="6" class="ring"/>')
    width = max(20 * len(items), 20)
    return SafeString(f'<svg viewBox="0 0 {width} 20" aria-hidden="true">{"".join(drawn)}</svg>')


@register.simple_tag
def rule_line(items: Sequence[Any]) -> SafeString:
    """The depth rule lying down, for a phone: ticks, and a pointer where the reader is."""
    states = [item["state"] if isinstance(item, Mapping) else item.state for item in items]
    where = states.index("here") if "here" in states else sum(state == "done" for state in states)
    x = round(360 * (where + 0.5) / max(len(states), 1), 1)
    ticks = "".join(f"M{tick} 13v-{9 if tick % 45 == 0 else 6}" for tick in range(0, 361, 9))
    return SafeString(
        '<svg class="rule__line" viewBox="0 0 360 15" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="ticks" vector-effect="non-scaling-stroke" d="{ticks}"/>'
        '<path class="base" vector-effect="non-scaling-stroke" d="M0 14h360"/>'
        f'<path class="pointer" d="M{x - 7:g} 0h14l-7 13z"/></svg>'
    )


def _seed(seed: Any) -> bytes:
    if isinstance(seed, bytes):
        return seed
    return hashlib.sha256(str(seed).encode()).digest()


@lru_cache(maxsize=128)
def _drawn(seed: bytes, count: int, solid: int) -> SafeString:
    """Two paths at most, dots in order: as many circle elements would weigh twice as much."""
    full: list[str] = []
    hollow: list[str] = []
    half = FIELD_SIDE / 2
    bold = BOLD if count <= FEW else 1.0
    for index, dot in enumerate(whorls.dots(seed, count)):
        grown = index < solid
        radius = round(dot.r * half * bold, 2) if grown else 0.8
        x, top = round(half + dot.x * half, 1), round(half + dot.y * half - radius, 1)
        # One arc from the top almost all the way round, and closed: half as long as two half circles.
        (full if grown else hollow).append(f"M{x:g} {top:g}a{radius:g} {radius:g} 0 10.01 0z")
    paths = f'<path d="{"".join(full)}"/>' if full else ""
    if hollow:
        paths += f'<path class="off" d="{"".join(hollow)}"/>'
    return SafeString(paths)


@register.simple_tag
def whorl(seed: Any, dots: int = 420, grown: float = 1, label: str = "") -> SafeString:
    """The whorl of a seed; `grown` is the share (0 to 1) filled from the centre outward."""
    count = max(1, min(int(dots), 2000))
    share = max(0.0, min(float(grown), 1.0))
    paths = _drawn(_seed(seed), count, round(count * share))
    if label:
        return format_html('<svg class="whorl" viewBox="0 0 200 200" role="img" aria-label="{}">{}</svg>', label, paths)
    return format_html('<svg class="whorl" viewBox="0 0 200 200" aria-hidden="true">{}</svg>', paths)
