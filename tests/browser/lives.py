"""Somebody whose certificates lived through everything: replaced, under review, to be renewed, a name asked for."""

from dataclasses import dataclass
from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts.models import User
from certificates import correcting_names, issuing, reissuing
from certificates.models import Achievement, Certificate, NameCorrection
from tests.cast import person

LONG_NAME = "Margarethe Saar-Lindqvist"


@dataclass
class Lives:
    ending: Certificate
    reviewed: Certificate
    older: Certificate
    newer: Certificate
    asked: NameCorrection
    refused: NameCorrection


def make(people: dict[str, User]) -> Lives:
    """All of one holder's, `people["lived"]`."""
    staff = people["staff"]
    holder = people["lived"] = person("margarethe@example.com", "Margarete Saar")
    reviewed, older = _held(holder, "depth", days_ago=90), _held(holder, "colour", days_ago=200)
    reviewed.suspend(by=staff, why="A complaint.")
    reviewed.reinstate(by=staff, why="The recording shows her.\nNothing is left of it.")
    reviewed.suspend(by=staff, why="A second complaint.")
    why = "She showed the deed of her marriage."
    newer = reissuing.reissue(older, name=LONG_NAME, cause="name_change", by=staff, why=why)
    words = "I married in May. My new passport shows it."
    asked = correcting_names.ask(
        _held(holder, "consultation", days_ago=50), by=holder, name=LONG_NAME, cause="name_change", words=words
    )
    refused = correcting_names.ask(
        _held(holder, "aftercare", days_ago=40), by=holder, name="Margarete Saar-L.", cause="correction"
    )
    correcting_names.refuse(refused, by=staff, why="Please send a picture of a document that shows the name.")
    return Lives(_held(holder, "hygiene", days_ago=340), reviewed, older, newer, asked, refused)


def _held(holder: User, slug: str, *, days_ago: int) -> Certificate:
    achievement = Achievement.objects.get(course__slug=slug)
    with time_machine.travel(timezone.now() - timedelta(days=days_ago)):
        return issuing.issue(achievement, holder, name=holder.name, cycle=1)
