"""Alerts to a clinic's own system: signed, repeated until taken, and never to a place inside our own walls."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from certificates.models import Certificate
from clinics import reaching, webhooks
from clinics.models import Alert, Clinic, Webhook, WebhookDelivery
from jobs.models import Job, Mail
from jobs.running import MOST_TRIES, run, run_due
from tests.clinics.conftest import OwnerClient, Watch

ClientOf = Callable[[User], Client]


@dataclass
class Receiver:
    """A clinic's system on this machine: it answers as told and keeps what came."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    waits: float = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ON_LOOPBACK = True
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(told.waits)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def webhook(clinic: Clinic, olga: User, receiver: Receiver) -> Webhook:
    return webhooks.set_address(clinic, receiver.url, by=olga)


@pytest.fixture
def alert(ada: User, certificate: Certificate, watch: Watch, webhook: Webhook) -> Alert:
    """A watched certificate was revoked; the post waits."""
    watch(certificate)
    certificate.revoke(by=ada, reason_code="other", public_reason="Handed to another.", private_note="By an aunt.")
    return Alert.objects.get(channel="webhook")


def post_now() -> Job:
    """Whatever the wait, now."""
    Job.objects.filter(kind="alert_webhook", state=Job.State.QUEUED).update(due_at=timezone.now())
    job = Job.objects.get(kind="alert_webhook")
    run(job.pk)
    job.refresh_from_db()
    return job


def test_an_alert_arrives_signed_with_what_anyone_may_read(
    alert: Alert, receiver: Receiver, webhook: Webhook, certificate: Certificate
) -> None:
    run_due()

    [(headers, body)] = receiver.got
    said = json.loads(body)
    assert webhooks.verify(webhook.secret, headers, body)
    assert said["id"] == f"alert-{alert.pk}"
    assert (said["event"], said["clinic"]["name"]) == ("revoked", "Harbour Clinic")
    assert said["certificate"]["code"] == certificate.grouped_code
    assert said["certificate"]["state"] == "revoked"
    assert said["certificate"]["reason"] == "Handed to another."
    assert b"aunt" not in body
    assert WebhookDelivery.objects.get().status == 204
    assert Job.objects.get(kind="alert_webhook").state == Job.State.DONE


def test_the_sample_in_the_page_and_our_own_check_agree(alert: Alert, receiver: Receiver, webhook: Webhook) -> None:
    run_due()
    headers, body = receiver.got[0]
    sample: dict[str, Any] = {}
    exec(webhooks.sample(), sample)  # noqa: S102  ours

    for spoilt in (body, body + b" "):
        assert sample["is_genuine"](webhook.secret, headers, spoilt) == (spoilt == body)
    assert not sample["is_genuine"]("another", headers, body)


def test_a_signature_counts_for_five_minutes_and_for_this_body_and_secret_only() -> None:
    body, at = b'{"id":"alert-1"}', 1_800_000_000
    stamp = str(at)
    headers = {webhooks.TIMESTAMP: stamp, webhooks.SIGNATURE: webhooks.signature("secret", stamp, body)}

    assert webhooks.verify("secret", headers, body, now=at + 300)
    assert not webhooks.verify("secret", headers, body, now=at + 301)
    assert not webhooks.verify("secret", headers, body, now=at - 301)
    assert not webhooks.verify("secret", headers, body + b" ", now=at)
    assert not webhooks.verify("other", headers, body, now=at)
    assert not webhooks.verify("secret", headers | {webhooks.TIMESTAMP: str(at + 1)}, body, now=at)
    for broken in ({}, {webhooks.TIMESTAMP: "x"}, {webhooks.TIMESTAMP: stamp, webhooks.SIGNATURE: "v1=é"}):
        assert not webhooks.verify("secret", broken, body, now=at)


def test_what_was_not_taken_is_sent_again_with_the_same_id_and_body(alert: Alert, receiver: Receiver) -> None:
    receiver.status = 500
    job = post_now()
    assert (job.state, job.tries) == (Job.State.QUEUED, 1)
    assert job.due_at > timezone.now()

    receiver.status = 200
    job = post_now()

    assert job.state == Job.State.DONE
    first, second = (body for _headers, body in receiver.got)
    assert first == second
    assert [try_.error for try_ in WebhookDelivery.objects.order_by("pk")] == ["The host answered 500.", ""]


def test_what_was_taken_is_not_sent_again(alert: Alert, receiver: Receiver) -> None:
    run_due()
    webhooks.deliver(alert)

    assert len(receiver.got) == 1


def test_killed_between_the_post_and_its_record_it_is_sent_again_with_the_same_id(
    alert: Alert, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == "webhook:posted":
            raise Killed

    monkeypatch.setattr(webhooks, "point", die)
    with pytest.raises(Killed):
        run(Job.objects.get(kind="alert_webhook").pk)
    assert not WebhookDelivery.objects.exists()
    monkeypatch.undo()

    Job.objects.filter(kind="alert_webhook").update(lease_until=timezone.now() - timedelta(seconds=1))
    run_due()

    assert len({json.loads(body)["id"] for _headers, body in receiver.got}) == 1
    assert len(receiver.got) == 2
    assert WebhookDelivery.objects.count() == 1
    assert Alert.objects.filter(channel="webhook").count() == 1


def test_after_eight_tries_it_is_parked_and_an_owner_sends_it_again(
    alert: Alert, receiver: Receiver, olga: User, clinic: Clinic, signed_in: OwnerClient
) -> None:
    receiver.status = 503
    for _try in range(MOST_TRIES):
        job = post_now()
    assert job.state == Job.State.PARKED
    client = signed_in(olga)
    assert "Send 1 alert again" in client.get(reverse("clinics:webhook", args=[clinic.pk])).text

    receiver.status = 200
    client.post(reverse("clinics:webhook_again", args=[clinic.pk]))

    assert post_now().state == Job.State.DONE


def test_a_redirect_is_not_followed(alert: Alert, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}

    post_now()

    assert len(receiver.got) == 1
    assert WebhookDelivery.objects.get().error == "The host answered 302."


def test_a_slow_answer_is_none(alert: Alert, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "SECONDS", 0.2)
    receiver.waits = 0.6

    post_now()

    assert "No answer within" in WebhookDelivery.objects.get().error


def test_somebody_who_answers_letter_by_letter_is_hung_up_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_ON_LOOPBACK = True
    monkeypatch.setattr(reaching, "MOST_SECONDS", 0.5)
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connected, _address = listener.accept()
        with connected:
            while not stop.is_set():
                try:
                    connected.sendall(b"H")
                except OSError:
                    return
                stop.wait(0.1)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with pytest.raises(reaching.Unreachable):
        reaching.post(f"http://127.0.0.1:{listener.getsockname()[1]}/", b"{}", {})
    stop.set()
    thread.join()
    listener.close()


INSIDE = [
    *("127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),  # noqa: S104
    *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "::", "::127.0.0.1", "::ffff:0:7f00:1", "fec0::1", "5f00::1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_our_walls_is_refused(address: str) -> None:
    assert not reaching.is_open(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "8.8.8.8"])
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert reaching.is_open(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answer = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answer)
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_named: pytest.fail("connected"))

    with pytest.raises(reaching.Refused):
        reaching.post("https://clinic.example/alerts", b"{}", {})


def test_a_name_that_leads_outside_and_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answer)

    with pytest.raises(reaching.Refused):
        reaching.post("https://clinic.example/alerts", b"{}", {})


def test_the_socket_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise a moment later (DNS rebinding) is asked only once."""
    asked: list[str] = []
    connected: list[Any] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    def connect(address: Any, **_: Any) -> socket.socket:
        connected.append(address)
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(reaching.Unreachable):
        reaching.post("https://clinic.example/alerts", b"{}", {})

    assert asked == ["clinic.example"]
    assert connected == [("8.8.8.8", 443)]


def test_a_name_with_many_addresses_where_nobody_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"8.8.8.{last}", 443)) for last in range(1, 60)]
    now, waited = [0.0], list[float]()

    def connect(_address: Any, *, timeout: float) -> socket.socket:
        now[0] += timeout
        waited.append(timeout)
        raise TimeoutError("nobody there")

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answer)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(reaching.Unreachable):
        reaching.post("https://clinic.example/alerts", b"{}", {})

    assert sum(waited) <= reaching.MOST_SECONDS


def test_plain_http_is_refused_where_no_demo_runs() -> None:
    with pytest.raises(reaching.Refused):
        reaching.post("http://clinic.example/alerts", b"{}", {})


def test_loopback_is_refused_where_no_demo_runs(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOKS_ON_LOOPBACK = False

    with pytest.raises(reaching.Refused):
        reaching.post(receiver.url.replace("http:", "https:"), b"{}", {})

    assert receiver.got == []


@pytest.mark.parametrize(
    "url", ["", "http://clinic.example/", "ftp://clinic.example/", "https://me:pass@clinic.example/", "nonsense x"]
)
def test_an_address_we_would_not_send_to_is_refused_in_the_form(
    url: str, clinic: Clinic, olga: User, signed_in: OwnerClient
) -> None:
    page = signed_in(olga).post(reverse("clinics:webhook", args=[clinic.pk]), {"url": url})

    assert page.status_code == 422
    assert not Webhook.objects.exists()


def test_the_secret_is_shown_once_and_saving_again_makes_another(
    clinic: Clinic, olga: User, signed_in: OwnerClient
) -> None:
    client, address = signed_in(olga), reverse("clinics:webhook", args=[clinic.pk])

    first_page = client.post(address, {"url": "https://clinic.example/alerts"}).text
    first = Webhook.objects.get().secret
    later = client.get(address).text
    second_page = client.post(address, {"url": "https://clinic.example/alerts"}).text
    second = Webhook.objects.get().secret

    assert first in first_page
    assert first not in later
    assert second in second_page
    assert first != second


def test_setting_it_asks_for_the_password_again(clinic: Clinic, olga: User, client_of: ClientOf) -> None:
    page = client_of(olga).post(reverse("clinics:webhook", args=[clinic.pk]), {"url": "https://clinic.example/"})

    assert page["Location"].startswith(reverse("account_reauthenticate"))
    assert not Webhook.objects.exists()


def test_an_owner_sends_a_test_and_reads_what_came_back(
    clinic: Clinic, olga: User, webhook: Webhook, receiver: Receiver, signed_in: OwnerClient
) -> None:
    client, address = signed_in(olga), reverse("clinics:webhook_test", args=[clinic.pk])

    good = client.post(address, follow=True).text
    receiver.status = 418
    bad = client.post(address, follow=True).text

    assert "The test arrived. The host answered 204." in good
    assert "The test did not arrive. The host answered 418." in bad
    headers, body = receiver.got[0]
    assert json.loads(body)["event"] == "test"
    assert webhooks.verify(webhook.secret, headers, body)


def test_a_day_of_failures_is_told_once_by_letter_and_on_the_page(
    alert: Alert, receiver: Receiver, clinic: Clinic, olga: User, cleo: User
) -> None:
    receiver.status = 500
    post_now()
    webhooks.look_after_failing()
    assert not Mail.objects.filter(kind="webhook_failing").exists()

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        webhooks.look_after_failing()
        webhooks.look_after_failing()
        client = Client()
        client.force_login(cleo)
        page = client.get(reverse("clinics:alerts", args=[clinic.pk])).text

    assert [letter.to for letter in Mail.objects.filter(kind="webhook_failing")] == [olga.email]
    assert "No alert was taken since" in page


def test_after_a_week_of_failures_it_is_switched_off_and_on_again_by_an_owner(
    alert: Alert, receiver: Receiver, clinic: Clinic, olga: User
) -> None:
    receiver.status = 500
    post_now()

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        webhooks.look_after_failing()
        found = Webhook.objects.get()
        assert (found.is_on, found.off_since is not None) == (False, True)
        assert Mail.objects.filter(kind="webhook_failing", subject__contains="switched off").count() == 1
        client = Client()
        client.force_login(olga)
        client.post(reverse("clinics:webhook_again", args=[clinic.pk]))
        assert Webhook.objects.get().is_on


def test_switched_on_again_it_stays_on_and_what_waited_arrives(
    alert: Alert, receiver: Receiver, clinic: Clinic, olga: User
) -> None:
    receiver.status = 500
    for _try in range(MOST_TRIES):
        post_now()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        webhooks.look_after_failing()
        receiver.status = 204
        receiver.got.clear()
        client = Client()
        client.force_login(olga)
        client.post(reverse("clinics:webhook_again", args=[clinic.pk]))

        run_due()  # the sweep looks after failing systems before anything is sent

        assert Webhook.objects.get().is_on
        assert len(receiver.got) == 1


def test_what_was_on_its_way_when_it_was_switched_off_waits_for_an_owner(
    alert: Alert, receiver: Receiver, webhook: Webhook
) -> None:
    Webhook.objects.update(is_on=False, off_since=timezone.now())

    job = post_now()
    assert (job.state, receiver.got) == (Job.State.PARKED, [])

    webhooks.switch_on(webhook)
    assert webhooks.send_parked_again(webhook) == 1
    assert post_now().state == Job.State.DONE
    assert len(receiver.got) == 1


def test_a_success_ends_the_failures(alert: Alert, receiver: Receiver, webhook: Webhook) -> None:
    receiver.status = 500
    post_now()
    receiver.status = 200
    post_now()

    assert webhooks.failing_since(webhook) is None


def test_what_the_holder_refused_in_between_is_not_posted(alert: Alert, receiver: Receiver) -> None:
    alert.item.refuse()

    run_due()

    assert receiver.got == []
    assert Job.objects.get(kind="alert_webhook").state == Job.State.DONE


def test_without_an_address_nothing_is_posted(alert: Alert, receiver: Receiver, webhook: Webhook) -> None:
    webhook.delete()

    run_due()

    assert receiver.got == []


@pytest.mark.parametrize("who", ["cleo", "oskar"])
def test_only_owners_see_where_alerts_go(
    who: str, clinic: Clinic, webhook: Webhook, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    person = request.getfixturevalue(who)

    assert client_of(person).get(reverse("clinics:webhook", args=[clinic.pk])).status_code == 404


def test_staff_never_read_a_secret(ada: User, webhook: Webhook, client_of: ClientOf) -> None:
    page = client_of(ada).get(reverse("admin:clinics_webhook_change", args=[webhook.pk]))

    assert page.status_code == 200
    assert webhook.secret not in page.text
