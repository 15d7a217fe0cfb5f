"""What can become of a certificate now, for the pages that show one."""

from dataclasses import dataclass

from django import template

from accounts.models import User
from certificates import renewing
from certificates.models import Certificate, NameCorrection, Standing, Supersession

register = template.Library()


@dataclass(frozen=True)
class Life:
    """What its holder and staff may know and do."""

    replaced: Supersession | None  # by what, and whether its page leads there
    replaces: Supersession | None
    correction: NameCorrection | None  # the last one asked for
    renewal_href: str | None  # where it is renewed now, if that is open
    is_renewal_open: bool
    is_mine: bool
    may_act: bool  # staff, and not about themselves
    may_ask: bool  # the holder may ask for another name: it stands, and nothing waits

    @property
    def has_a_word_on_its_name(self) -> bool:
        return self.may_ask or self.correction is not None


@register.simple_tag
def life_of(certificate: Certificate, user: User) -> Life:
    is_mine = certificate.holder_id == user.pk
    is_open = certificate.is_renewal_open
    correction = NameCorrection.objects.filter(certificate=certificate).first()
    waits = correction is not None and correction.decided_at is None
    return Life(
        replaced=getattr(certificate, "supersession", None),
        replaces=Supersession.objects.filter(newer=certificate).select_related("older").first(),
        correction=correction,
        renewal_href=renewing.way_on(certificate.achievement) if is_open and is_mine else None,
        is_renewal_open=is_open,
        is_mine=is_mine,
        may_act=user.is_staff and not is_mine,
        may_ask=is_mine and not waits and certificate.standing is Standing.VALID,
    )
