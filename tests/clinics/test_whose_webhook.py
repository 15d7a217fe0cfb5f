"""One clinic's system, its failures and what waits for it are no other clinic's."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate
from clinics import webhooks
from clinics.models import Alert, Clinic, Membership, WebhookDelivery
from jobs.models import Job, Mail
from tests.cast import person
from tests.clinics.conftest import Watch


def test_what_fails_at_one_clinic_is_told_to_its_owners_and_sent_again_by_them_alone(
    clinic: Clinic, olga: User, ada: User, certificate: Certificate, watch: Watch
) -> None:
    elsewhere, nora = Clinic.objects.create(name="Elsewhere", place="Hull"), person("nora@example.com", "Nora Next")
    elsewhere.join(nora, role=Membership.Role.OWNER)
    ours, theirs = (
        webhooks.set_address(each, "https://clinic.example/alerts", by=owner)
        for each, owner in ((clinic, olga), (elsewhere, nora))
    )
    watch(certificate)
    certificate.revoke(by=ada, reason_code="other", public_reason="A mistake.")
    WebhookDelivery.objects.create(alert=Alert.objects.get(channel="webhook"), status=500, error="It answered 500.")
    Job.objects.filter(kind="alert_webhook").update(state=Job.State.PARKED)

    assert webhooks.failing_since(ours)
    assert webhooks.failing_since(theirs) is None
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        webhooks.look_after_failing()
    assert [letter.to for letter in Mail.objects.filter(kind="webhook_failing")] == [olga.email]
    assert webhooks.parked_for(elsewhere) == 0
    assert webhooks.send_parked_again(theirs) == 0
    assert webhooks.parked_for(clinic) == webhooks.send_parked_again(ours) == 1
