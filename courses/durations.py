"""Minutes in words, no finer than anyone plans by."""

from django.utils.translation import gettext as _


def in_words(minutes: int) -> str:
    """As in "45 min", "2 h", "2 h 30 min": beyond an hour and a half in whole quarters."""
    if minutes < 90:
        return _("%(minutes)s min") % {"minutes": minutes}
    hours, rest = divmod(round(minutes / 15) * 15, 60)
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
