"""An employer's training record: what was tested, what was taught on site, who did it, how long it is kept."""

import csv
import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from certificates import reissuing
from certificates.dates import months_later
from certificates.models import Certificate
from clinics import training, watching
from clinics.models import Clinic, SiteTraining, WatchItem
from courses.models import Course, Teaching
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.clinics.conftest import Watch

ClientOf = Callable[[User], Client]
WORDS = {
    "on": "2026-03-02",
    "content": "Where the sharps box stands",
    "trainer": "Nia Nurse",
    "qualification": "Registered nurse",
    "notes": "Asked two questions",
}


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def sheet(client: Client, clinic: Clinic, item: WatchItem) -> list[dict[str, str]]:
    answer = client.get(reverse("clinics:record_csv", args=[clinic.pk, item.pk]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return rows_in(answer.text)


def test_it_says_date_content_contact_attendee_and_job_title(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate, job_title="Practitioner", site="Room 2")

    [row] = sheet(client_of(cleo), clinic, item)

    assert (row["Attendee"], row["Job title"], row["Site"]) == ("Tess Trainee", "Practitioner", "Room 2")
    assert row["Date"] == certificate.issued_on.isoformat()
    assert row["Content"] == "Hygiene and infection control: Hand hygiene, Sharps"
    assert "The academy office" in row["Trainer or contact"]
    assert row["Certificate number"] == certificate.grouped_code
    assert row["Certificate today"] == "valid"


def test_nothing_is_invented_of_a_trainer_s_qualification(
    clinic: Clinic, cleo: User, ines: User, hygiene: Course, certificate: Certificate, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    Teaching.objects.create(course=hygiene, user=ines)

    [row] = sheet(client_of(cleo), clinic, watch(certificate))

    assert row["Trainer or contact"].startswith("Instructors of the course: Ines Instructor. Contact for questions:")
    assert row["Qualification"] == "Not held in the register: ask the academy’s contact"


def test_it_says_what_it_is_not_and_how_long_it_is_kept(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item, client = watch(certificate), client_of(cleo)

    page = client.get(reverse("clinics:record", args=[clinic.pk, item.pk])).text
    [row] = sheet(client, clinic, item)

    for words in (page, row["What it is"]):
        assert "is evidence of knowledge" in words
        assert "By itself it does not fulfil an employer’s OSHA training duty." in words
    assert "kept for 3 years from the date of the training" in page
    assert row["Keep until"] == months_later(certificate.issued_on, 36).isoformat()


def test_the_leap_day_is_kept_until_the_end_of_february() -> None:
    line = training.Line(date(2028, 2, 29), "Sharps", "Nia", "Nurse", by_clinic=True)

    assert line.keep_until == date(2031, 2, 28)


def test_the_clinic_s_own_training_joins_the_record(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item, client = watch(certificate), client_of(cleo)

    client.post(reverse("clinics:record", args=[clinic.pk, item.pk]), WORDS)

    own = [row for row in sheet(client, clinic, item) if row["Kind"] == "On site, by the clinic"]
    assert [
        (row["Date"], row["Content"], row["Trainer or contact"], row["Qualification"], row["Notes"]) for row in own
    ] == [("2026-03-02", "Where the sharps box stands", "Nia Nurse", "Registered nurse", "Asked two questions")]
    assert own[0]["What it is"] == "Recorded by the clinic"
    assert SiteTraining.objects.get().added_by == cleo


@pytest.mark.parametrize("field", ["on", "content", "trainer", "qualification"])
def test_what_a_record_must_show_cannot_be_left_out(
    field: str, clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    page = client_of(cleo).post(
        reverse("clinics:record", args=[clinic.pk, watch(certificate).pk]), {**WORDS, field: ""}
    )

    assert page.status_code == 422
    assert not SiteTraining.objects.exists()


def test_a_training_of_tomorrow_is_refused(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, today: date, client_of: ClientOf
) -> None:
    tomorrow = {**WORDS, "on": (today + timedelta(days=1)).isoformat()}

    page = client_of(cleo).post(reverse("clinics:record", args=[clinic.pk, watch(certificate).pk]), tomorrow)

    assert page.status_code == 422
    assert "has not come yet" in page.text


def test_a_training_written_by_mistake_is_removed_by_its_own_clinic_only(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    client = client_of(cleo)
    client.post(reverse("clinics:record", args=[clinic.pk, watch(certificate).pk]), WORDS)
    own = SiteTraining.objects.get()
    mara, other = person("mara@example.com"), Clinic.objects.create(name="Hill Clinic", place="York")
    other.join(mara, role="member")  # type: ignore[arg-type]
    for address in (other.pk, clinic.pk):
        answer = client_of(mara).post(reverse("clinics:site_training_end", args=[address, own.pk]))
        assert answer.status_code == 404

    client.post(reverse("clinics:site_training_end", args=[clinic.pk, own.pk]))

    assert not SiteTraining.objects.exists()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_what_a_spreadsheet_would_run_is_only_words(sign: str) -> None:
    assert training.plain(f"{sign}HYPERLINK(1)").startswith("'")
    assert training.plain("Nurse") == "Nurse"


def test_a_formula_in_a_job_title_reaches_the_csv_as_words(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate, job_title="=1+1", site="@here")

    [row] = sheet(client_of(cleo), clinic, item)

    assert (row["Job title"], row["Site"]) == ("'=1+1", "'@here")


def test_all_watched_certificates_of_one_person_stand_in_one_record(
    clinic: Clinic, cleo: User, tess: User, hygiene: Course, depth: Course, earn: Earn, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    watch(earn(tess, hygiene.achievement, days_ago=400), job_title="Practitioner")
    second = watch(earn(tess, depth.achievement), job_title="Lead practitioner")
    client = client_of(cleo)

    rows = sheet(client, clinic, second)
    page = client.get(reverse("clinics:records", args=[clinic.pk])).text

    assert [row["Certificate today"] for row in rows] == ["valid", "expired"]
    assert page.count("Tess Trainee</a>") == 1
    assert "Expired" in page  # what needs doing first


def test_after_a_change_of_name_the_record_is_kept_under_the_newer_one(
    clinic: Clinic, cleo: User, ada: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    older = watch(certificate)
    newer = watch(reissuing.reissue(certificate, name="Tess Tailor", cause="name_change", by=ada, why="Passport."))
    client = client_of(cleo)

    page = client.get(reverse("clinics:records", args=[clinic.pk])).text

    assert "Tess Tailor</a>" in page
    assert "Tess Trainee" not in page
    for item in (older, newer):
        assert {row["Attendee"] for row in sheet(client, clinic, item)} == {"Tess Tailor"}


@pytest.fixture
def renewed(
    clinic: Clinic, cleo: User, tess: User, hygiene: Course, earn: Earn, watch: Watch, client_of: ClientOf
) -> tuple[Certificate, Certificate]:
    """An older certificate that was watched, and the renewal that took its place on the list with one click."""
    older, newer = earn(tess, hygiene.achievement, days_ago=350), earn(tess, hygiene.achievement, cycle=2)
    item = watch(older, job_title="Practitioner")
    older.supersede(newer, cause="renewal")
    client_of(cleo).post(reverse("clinics:newer_create", args=[clinic.pk, item.pk]))
    return older, newer


def record_rows(clinic: Clinic, client: Client) -> list[tuple[str, str]]:
    """What the record of whoever is on the list says of certificates."""
    item = WatchItem.objects.filter(clinic=clinic).listed().get()
    rows = sheet(client, clinic, item)
    return [(row["Certificate number"], row["Certificate today"]) for row in rows]


def test_a_renewal_does_not_undo_the_training_before_it(
    clinic: Clinic, cleo: User, renewed: tuple[Certificate, Certificate], client_of: ClientOf
) -> None:
    older, newer = renewed
    client = client_of(cleo)
    item = WatchItem.objects.listed().get()
    assert item.certificate == newer

    rows = sheet(client, clinic, item)
    page = client.get(reverse("clinics:record", args=[clinic.pk, item.pk])).text

    assert [(row["Certificate number"], row["Certificate today"], row["Date"]) for row in rows] == [
        (newer.grouped_code, "valid", newer.issued_on.isoformat()),
        (older.grouped_code, "replaced", older.issued_on.isoformat()),
    ]
    assert {(row["Content"], row["Job title"]) for row in rows} == {
        ("Hygiene and infection control: Hand hygiene, Sharps", "Practitioner")
    }
    assert all("The academy office" in row["Trainer or contact"] for row in rows)
    assert f'<span class="num">{older.grouped_code}</span>, replaced' in page


def test_two_renewals_later_all_three_stand_in_the_record(
    clinic: Clinic, cleo: User, tess: User, hygiene: Course, renewed: tuple[Certificate, Certificate], earn: Earn,
    client_of: ClientOf,
) -> None:  # fmt: skip
    older, newer = renewed
    newest = earn(tess, hygiene.achievement, cycle=3)
    newer.supersede(newest, cause="renewal")
    WatchItem.objects.listed().get().end(by=cleo)
    watching.add(clinic, newest.code, by=cleo)

    found = record_rows(clinic, client_of(cleo))

    assert sorted(found) == sorted(
        [(newest.grouped_code, "valid"), (newer.grouped_code, "replaced"), (older.grouped_code, "replaced")]
    )


def test_what_was_on_the_list_twice_stands_in_the_record_once(
    clinic: Clinic, cleo: User, renewed: tuple[Certificate, Certificate], client_of: ClientOf
) -> None:
    older, _newer = renewed
    again = watching.add(clinic, older.code, by=cleo).item
    assert again
    again.end(by=cleo)

    assert len(record_rows(clinic, client_of(cleo))) == 2


@pytest.mark.parametrize("how", ["refused", "not shared", "taken off", "never watched"])
def test_an_older_one_the_clinic_may_not_tell_of_is_left_out(
    how: str, clinic: Clinic, cleo: User, tess: User, hygiene: Course, renewed: tuple[Certificate, Certificate],
    earn: Earn, depth: Course, watch: Watch, client_of: ClientOf,
) -> None:  # fmt: skip
    older, newer = renewed
    if how == "refused":
        WatchItem.objects.get(certificate=older).refuse()
    elif how == "not shared":
        reissuing.share(older, by=tess, is_shared=False)
    elif how == "taken off":
        WatchItem.objects.get(certificate=newer).end(by=cleo)
        watch(earn(tess, depth.achievement))
    else:
        other = Clinic.objects.create(name="Hill Clinic", place="York")
        WatchItem.objects.filter(certificate=older).update(clinic=other)

    assert older.grouped_code not in {number for number, _standing in record_rows(clinic, client_of(cleo))}


def test_a_refused_certificate_is_left_out_and_the_clinic_s_own_training_stays(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item, client = watch(certificate), client_of(cleo)
    client.post(reverse("clinics:record", args=[clinic.pk, item.pk]), WORDS)
    item.refuse()

    rows = sheet(client, clinic, item)

    assert [row["Kind"] for row in rows] == ["On site, by the clinic"]


def test_off_the_list_the_clinic_s_own_trainings_are_kept(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item, client = watch(certificate), client_of(cleo)
    client.post(reverse("clinics:record", args=[clinic.pk, item.pk]), WORDS)
    item.end(by=cleo)

    page = client.get(reverse("clinics:records", args=[clinic.pk])).text

    assert "No longer on the list" in page
    assert [row["Kind"] for row in sheet(client, clinic, item)] == ["On site, by the clinic"]


def test_off_the_list_without_any_there_is_no_record(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)
    item.end(by=cleo)

    assert client_of(cleo).get(reverse("clinics:record", args=[clinic.pk, item.pk])).status_code == 404


def test_the_pdf_says_the_same_and_is_sealed(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf, tmp_path: Path
) -> None:
    item, client = watch(certificate, job_title="Practitioner"), client_of(cleo)
    long = {**WORDS, "content": "Sharps and splashes. " * 95, "notes": "Much was asked. " * 125}
    client.post(reverse("clinics:record", args=[clinic.pk, item.pk]), long)

    answer = client.get(reverse("clinics:record_pdf", args=[clinic.pk, item.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="training-tess-trainee.pdf"'
    file = tmp_path / "record.pdf"
    file.write_bytes(answer.content)
    if not (shutil.which("pdftotext") and shutil.which("pdfsig")):
        pytest.skip("poppler-utils are not installed")
    text = " ".join(subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout.split())
    for words in (
        *("Training record: Tess Trainee", "Practitioner", "Hand hygiene, Sharps", certificate.grouped_code),
        *("evidence of knowledge", "does not fulfil an employer’s OSHA training duty", "Nia Nurse", "Registered nurse"),
    ):
        assert words in text
    signed = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert text.count("splashes.") == 95  # nothing runs off a sheet
    assert text.count("asked.") == 125
    assert "Signature is Valid" in signed
    assert "Total document signed" in signed
