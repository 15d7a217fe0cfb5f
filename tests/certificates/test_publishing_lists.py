"""Whatever changes how a certificate stands for outside checkers asks for new lists at once."""

from collections.abc import Callable

import pytest

from accounts.models import User
from certificates.models import Certificate
from jobs.models import Job
from tests.certificates.conftest import Earn


@pytest.mark.parametrize("act", ["revoke", "suspend", "reinstate", "supersede"])
def test_every_change_asks_for_the_lists_to_be_published(
    certificate: Certificate, tess: User, ada: User, earn: Earn, act: str
) -> None:
    if act == "reinstate":
        certificate.suspend(by=ada, why="A question.")
    acts: dict[str, Callable[[], object]] = {
        "revoke": lambda: certificate.revoke(by=ada, reason_code="other", public_reason="A mistake."),
        "suspend": lambda: certificate.suspend(by=ada, why="A question."),
        "reinstate": lambda: certificate.reinstate(by=ada, why="Answered."),
        "supersede": lambda: certificate.supersede(
            earn(tess, certificate.achievement, cycle=2), cause="correction", by=ada, why="A slip."
        ),
    }
    before = Job.objects.filter(kind="publish_status_lists").count()

    acts[act]()

    assert Job.objects.filter(kind="publish_status_lists").count() == before + 1
