"""Run in a process of its own beside a real worker: sets the scene, or tells what became of it as JSON.

`python -m tests.worker.scene prepare` opens a school where a trainee is about to hand in; `… pass` hands in, and may
be repeated; `… tell` prints what there is.
"""

import hashlib
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.files.storage import storages  # noqa: E402

from certificates import keys  # noqa: E402
from certificates.models import Certificate, CertificateEvent  # noqa: E402
from jobs.models import Job, Mail  # noqa: E402
from quizzes.models import Attempt, State  # noqa: E402
from tests import school  # noqa: E402
from tests.cast import person  # noqa: E402


def prepare() -> None:
    """All that comes before the last step: keys, the school, a paper that is open."""
    keys.ensure()
    school.open_small()
    trainee = person("tess@example.com", "Tess Trainee")
    school.enrol_and_study(trainee)
    school.begin(trainee)


def let_someone_pass() -> None:
    """The last step, as a browser repeats it that had no answer: what is handed in already stays so."""
    attempt = Attempt.objects.get(trainee__email="tess@example.com")
    if attempt.state == State.OPEN:
        school.hand_in(attempt)


def tell() -> dict[str, object]:
    certificates = list(Certificate.objects.all())
    whole = 0
    for certificate in certificates:
        if certificate.pdf_key and storages["private"].exists(certificate.pdf_key):
            with storages["private"].open(certificate.pdf_key) as file:
                whole += hashlib.sha256(file.read()).hexdigest() == certificate.pdf_sha256
    return {
        "certificates": len(certificates),
        "files that are whole": whole,
        "letters": Mail.objects.filter(kind="certificate-issued").count(),
        "letters delivered": Mail.objects.filter(kind="certificate-issued", state__in=["kept", "sent"]).count(),
        "events": list(CertificateEvent.objects.order_by("certificate", "number").values_list("kind", flat=True)),
        "jobs left": Job.objects.exclude(state="done").count(),
    }


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "pass":
        let_someone_pass()
    sys.stdout.write(json.dumps(tell()))
