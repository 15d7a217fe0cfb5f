"""Marks as a page writes them."""

from decimal import Decimal

from django import template
from django.template.defaultfilters import floatformat

register = template.Library()


@register.filter
def mark(stored: int) -> str:
    """10 000 parts are one mark: 2500 is “0.25”."""
    return str(floatformat(Decimal(stored) / 10_000, "-2"))


@register.filter
def hundredths(stored: int) -> str:
    """7850 is “78.5”."""
    return str(floatformat(Decimal(stored) / 100, "-1"))
