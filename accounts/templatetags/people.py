"""How account pages put things into words: a browser's name, a long key."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# In this order: most browsers also name those they descend from.
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@register.filter
def browser_words(user_agent: str) -> str:
    """What a browser says of itself, as far as it is recognised."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), _("A browser"))
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


@register.filter
def in_fours(key: str) -> str:
    """A long key in groups of four, as one reads it aloud."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
