"""What courses hears: someone took up an invitation to teach."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Invitation, User
from accounts.signals import invitation_accepted
from courses.models import Course, Teaching


@receiver(invitation_accepted)
def begin_teaching(invitation: Invitation, user: User, **_: Any) -> None:
    course = Course.objects.filter(pk=invitation.pk_of("course")).first()
    if invitation.role == "instructor" and course:
        Teaching.objects.get_or_create(course=course, user=user)
