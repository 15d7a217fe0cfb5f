"""Run in a process of its own beside a real worker: sets the scene, or tells what became of it as JSON.

`python -m tests.worker.scene pass` lets a trainee pass a course; `… tell` prints what there is.
"""

import hashlib
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.files.storage import storages  # noqa: E402

from accounts.models import User  # noqa: E402
from certificates.models import Certificate  # noqa: E402
from jobs.models import Job, Mail  # noqa: E402
from tests import school  # noqa: E402
from tests.cast import person  # noqa: E402


def let_someone_pass() -> None:
    school.open_small()
    trainee = User.objects.filter(email="tess@example.com").first() or person("tess@example.com", "Tess Trainee")
    school.pass_course(trainee)


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
        "jobs left": Job.objects.exclude(state="done").count(),
    }


if __name__ == "__main__":
    if sys.argv[1] == "pass":
        let_someone_pass()
    sys.stdout.write(json.dumps(tell()))
