"""What clinics hears: someone took up an invitation to a clinic; something happened to a certificate."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Invitation, User
from accounts.signals import invitation_accepted
from certificates.models import CertificateEvent
from certificates.signals import certificate_event
from clinics import alerting, lapsing
from clinics.models import Clinic, Membership

ROLES = {"clinic_member": Membership.Role.MEMBER, "clinic_owner": Membership.Role.OWNER}


@receiver(invitation_accepted)
def join(invitation: Invitation, user: User, **_: Any) -> None:
    role = ROLES.get(invitation.role)
    clinic = Clinic.objects.filter(pk=invitation.pk_of("clinic")).first() if role else None
    if role and clinic:
        clinic.join(user, role=role)


@receiver(certificate_event)
def tell_those_who_watch(event: CertificateEvent, **_: Any) -> None:
    alerting.tell_of(event)
    lapsing.look_after(event)
