"""Every letter is a row before it is sent, and is sent once."""

from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import send_mail

from jobs import mail, running
from jobs.models import Job, Mail

pytestmark = pytest.mark.django_db


def write(key: str = "k") -> Mail:
    return mail.send_letter(
        key=key, to="tess@example.org", kind="test", template="jobs_test/letter", context={"name": "A & B <b>"}
    )


@pytest.fixture
def template(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / "jobs_test"
    folder.mkdir()
    (folder / "letter_subject.txt").write_text("Hello\n there")
    (folder / "letter.txt").write_text("{% autoescape off %}Dear {{ name }}{% endautoescape %}")
    (folder / "letter.html").write_text("<p>Dear {{ name }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]


@pytest.mark.usefixtures("template")
def test_a_letter_is_written_once_for_each_key() -> None:
    assert write() == write()

    letter = Mail.objects.get()
    assert letter.subject == "Hello there"
    assert "A & B <b>" in letter.text
    assert "A &amp; B &lt;b&gt;" in letter.html
    assert Job.objects.get().kind == "send_mail"


@pytest.mark.usefixtures("template")
def test_a_letter_is_sent_once_though_its_job_runs_twice(settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    monkeypatch.setattr(
        mail, "SmtpBackend", lambda: django_mail.get_connection("django.core.mail.backends.locmem.EmailBackend")
    )
    letter = write()

    mail.deliver({"mail_id": letter.pk})
    mail.deliver({"mail_id": letter.pk})

    assert len(django_mail.outbox) == 1
    letter.refresh_from_db()
    assert letter.state == Mail.State.SENT


@pytest.mark.usefixtures("template")
def test_a_dead_mail_server_keeps_the_letter(settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"

    class Dead:
        def send_messages(self, *_: Any) -> int:
            raise ConnectionRefusedError("no answer")

    monkeypatch.setattr(mail, "SmtpBackend", Dead)
    letter = write()

    running.run(Job.objects.get().pk)

    letter.refresh_from_db()
    assert letter.state == Mail.State.FAILED
    assert Job.objects.get().state == Job.State.QUEUED


def test_a_letter_with_a_code_is_blanked_once_delivered(settings: Any) -> None:
    send_mail("Your code", "The code is 123456", None, ["tess@example.org"])
    assert "123456" in Mail.objects.get().text

    running.run_due()

    assert "123456" not in Mail.objects.get().text


def test_in_demo_mode_the_code_can_still_be_read(settings: Any) -> None:
    settings.DEMO = True
    send_mail("Your code", "The code is 123456", None, ["tess@example.org"])

    running.run_due()

    assert "123456" in Mail.objects.get().text
