"""A clinic checks many certificates at once, sees what needs doing first, and takes the answer away."""

import csv
import io
import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import RedisError

from accounts.models import User
from certificates.checking import look_up
from certificates.codes import grouped, new_code
from certificates.models import Achievement, Certificate
from clinics import bulk, summarising
from clinics.bulk import Asked, NameMatch, NotReadable, read_csv, read_paste
from clinics.models import BulkCheck, Clinic, Membership
from courses.models import Course
from jobs.models import Job
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.conftest import ClientOf

CODE, OTHER = "7K3M9Q2X4T8B0HZV", "AAAABBBBCCCCDDDD"
Row = dict[str, Any]


def pairs(rows: list[Asked]) -> list[tuple[int, str, str]]:
    return [(row.line, row.typed, row.name) for row in rows]


# --- Reading --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "typed", "name"),
    [
        (CODE, CODE, ""),
        ("  7k3m-9q2x-4t8b-0hzv ", "7k3m-9q2x-4t8b-0hzv", ""),
        (f"{CODE}, Hana Horváth", CODE, "Hana Horváth"),
        (f"{CODE};Hana Horváth", CODE, "Hana Horváth"),
        (f"{CODE}\tHana Horváth\tNurse", CODE, "Hana Horváth"),
        (f'{CODE}, "Horváth, Hana"', CODE, "Horváth, Hana"),
        ("7K3M-9Q2X-4T8B-0HZV Hana Horváth", "7K3M-9Q2X-4T8B-0HZV", "Hana Horváth"),
        ("7K3M 9Q2X 4T8B 0HZV Hana Horváth", "7K3M 9Q2X 4T8B 0HZV", "Hana Horváth"),
        ("7K3M 9Q2X 4T8B 0HZV", "7K3M 9Q2X 4T8B 0HZV", ""),
        ("nonsense", "nonsense", ""),
    ],
)
def test_a_pasted_line_is_a_code_and_perhaps_a_name(line: str, typed: str, name: str) -> None:
    assert pairs(read_paste(line)) == [(1, typed, name)]


def test_empty_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    assert pairs(read_paste(f"\r\n{CODE}\r\n \t\r\n{OTHER}, A\n\n")) == [(2, CODE, ""), (4, OTHER, "A")]


@pytest.mark.parametrize(
    "typed",
    ["7k3m-9q2x-4t8b-0hzv", "https://academy.example/v/7K3M9Q2X4T8B0HZV", "HTTPS://A.EXAMPLE/V/7K3M9Q2X4T8B0HZV/ABCDE",
     "7K3M 9Q2X 4T8B OHZV", "a.example/v/7K3M-9Q2X-4T8B-0HZV?x=1"],
)  # fmt: skip
def test_a_code_is_read_as_people_write_it_and_from_a_link(typed: str) -> None:
    assert bulk.code_in(typed) == CODE


@pytest.mark.parametrize(
    "content",
    [
        f"code,name\n{CODE},Hana\n{OTHER},\n",
        f"\ufeffCode;Name\r\n{CODE};Hana\r\n{OTHER};\r\n",
        f"Name\tJob\tCertificate\nHana\tNurse\t{CODE}\n\t\t{OTHER}\n",
        f'"code","name"\n"{CODE}","Hana"\n\n"{OTHER}"\n',
    ],
)
def test_a_csv_with_a_first_line_says_where_codes_and_names_stand(content: str) -> None:
    assert [(row.typed, row.name) for row in read_csv(content.encode())] == [(CODE, "Hana"), (OTHER, "")]


def test_a_csv_without_a_first_line_has_codes_and_then_names() -> None:
    assert pairs(read_csv(f"{CODE},Hana\n\n{OTHER}\n".encode())) == [(1, CODE, "Hana"), (3, OTHER, "")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no codes in it"),
        (b"\n\n,,\n", "no codes in it"),
        (b"code,name\n", "no code to check yet"),
        (b"person,team,score\nHana,A,5\n", "No column is called “code”"),
        (b"person,team\nHana,A\n", "No line begins with a certificate number"),
        (b"name\nHana\n", "No column is called “code”"),
        (f"{CODE},Hana\n{OTHER},Hana,Nurse\n".encode(), "Line 2 has 3 columns"),
        (f"code,name\n{CODE},Hana\n,Ana\n".encode(), "Line 3 has no code"),
        (f"code\n{CODE}\n".encode("utf-16"), "UTF-16"),
        (f"code\n{CODE}\n".encode("utf-16-le"), "not a text file"),
        (b"%PDF-1.7\n\x00\xff", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file"),
        (f"code,name\n{CODE},Hana\n{OTHER},Horváth\n".encode("latin-1"), "Line 3 has letters that are not written"),
        (f'code,name\n{CODE},"Hana\n'.encode(), "quotation mark"),
        (f"{CODE}\n".encode() * 501, "These are 501 rows"),
        (f"{CODE}\n".encode() * 10_000, "These are 10,000 rows"),
        (f"{CODE},{'x' * 201}\n".encode(), "Line 1 is longer"),
        (b"a" * 1_000_001, "larger than a list"),
        (b"x" * 500_000, "Line 1"),
        (("code\n" + "\n".join([",x"] * 30)).encode(), "And 22 more lines like these."),
    ],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_list_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(NotReadable) as refused:
        read_csv(content)
    assert words in " ".join(refused.value.problems)


@given(st.binary(max_size=400))
def test_no_file_is_more_than_refused(content: bytes) -> None:
    with suppress(NotReadable):
        assert 1 <= len(read_csv(content)) <= 500


@given(st.text(max_size=400))
def test_no_paste_is_more_than_refused(text: str) -> None:
    with suppress(NotReadable):
        assert all(0 < len(row.typed) <= 200 for row in read_paste(text))


# --- Answering ------------------------------------------------------------------------------------
@pytest.fixture
def everyone(
    db: None, hygiene: Course, depth: Course, competence: Achievement, earn: Earn, ada: User, tess: User
) -> list[str]:
    """Codes of certificates in every state that days and staff bring about."""
    people = [person(f"p{n}@example.com", f"Person {n}") for n in range(6)]
    valid = earn(tess, hygiene.achievement)
    soon = earn(people[0], hygiene.achievement, days_ago=340)
    expired = earn(people[1], hygiene.achievement, days_ago=400)
    earn(people[1], hygiene.achievement, cycle=2)
    revoked = earn(people[2], depth.achievement)
    revoked.revoke(by=ada, reason_code="other", public_reason="It was.")
    due = earn(people[3], competence)
    earn(people[3], hygiene.achievement, days_ago=400)
    kept = earn(people[4], competence)
    earn(people[4], hygiene.achievement)
    suspended = earn(people[5], hygiene.achievement)
    suspended.suspensions.create(suspended_by=ada, why="Looking")
    return [each.code for each in (valid, soon, expired, revoked, due, kept, suspended)] + [new_code(), "ABC"]


def test_all_together_are_answered_as_one_by_one(everyone: list[str]) -> None:
    rows = bulk.check([Asked(line, code) for line, code in enumerate(everyone, start=1)])

    states = ["valid", "expires_soon", "expired", "revoked", "hygiene_renewal_due", "valid", "suspended"]
    assert [row.state for row in rows] == [*states, "unknown", "unknown"]
    for row, code in zip(rows, everyone, strict=True):
        alone = look_up(code)
        assert (row.answer is None) == (alone is None)
        if row.answer and alone:
            assert (row.answer.state, row.answer.since, row.answer.newer, row.answer.conditions) == (
                alone.state, alone.since, alone.newer, alone.conditions,
            )  # fmt: skip


def test_queries_do_not_grow_with_the_rows(everyone: list[str]) -> None:
    def queries(codes: list[str]) -> int:
        with CaptureQueriesContext(connection) as counted:
            bulk.check([Asked(1, code) for code in codes])
        return len(counted)

    assert queries(everyone) == 3
    assert queries(everyone * 50) == 3
    assert queries(["ABC"] * 500) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "match"),
    [("tess  trainee", NameMatch.MATCH), ("Tess Trainer", NameMatch.NO_MATCH), ("", NameMatch.NOT_ASKED)],
)
def test_a_name_is_compared(certificate: Certificate, name: str, match: NameMatch) -> None:
    assert bulk.check([Asked(1, certificate.code, name)])[0].name_match == match


# --- Pages ----------------------------------------------------------------------------------------
Send = Callable[..., Any]


@pytest.fixture
def page(clinic: Clinic) -> str:
    return reverse("clinics:bulk", args=[clinic.pk])


@pytest.fixture
def asker(cleo: User, client_of: ClientOf) -> Client:
    return client_of(cleo)


def checked(asker: Client, page: str, text: str) -> Any:
    """The page of the check that a paste led to."""
    sent = asker.post(page, {"pasted": text})
    assert sent.status_code == 302, sent.text
    return asker.get(sent["Location"])


def test_a_paste_is_answered_worst_first(asker: Client, page: str, everyone: list[str]) -> None:
    answer = checked(asker, page, "\n".join(everyone))

    assert [row["state"] for row in answer.context["rows"]] == [
        "revoked", "unknown", "unknown", "suspended", "expired",
        "hygiene_renewal_due", "expires_soon", "valid", "valid",
    ]  # fmt: skip
    assert "9 certificates checked" in answer.text


def test_a_file_is_answered_as_a_paste_is(asker: Client, page: str, certificate: Certificate) -> None:
    file = SimpleUploadedFile("team.csv", f"name,code\nTess Trainee,{certificate.code}\n".encode())
    sent = asker.post(page, {"pasted": "", "file": file})

    answer = asker.get(sent["Location"])
    assert "Same name" in answer.text
    assert certificate.grouped_code in answer.text


def test_another_name_is_said_and_comes_before_the_rest_of_its_state(
    asker: Client, page: str, everyone: list[str]
) -> None:
    answer = checked(asker, page, f"{everyone[5]}, Person 4\n{everyone[0]}, Somebody Else")

    assert [row["name_match"] for row in answer.context["rows"]] == ["no_match", "match"]
    assert "Not “Somebody Else”" in answer.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"person,team,score\nHana,A,5\n", "No column is called"),
        (f"{CODE}\n".encode() * 10_000, "These are 10,000 rows"),
        (f"code\n{CODE}\n".encode("utf-16"), "UTF-16"),
        (b"\x00" * 4_500_000, "larger than a list"),
        (b"", "empty"),
    ],
    ids=range(5),
)
def test_a_file_that_is_no_list_is_refused_and_nothing_is_kept(
    asker: Client, page: str, content: bytes, words: str
) -> None:
    refused = asker.post(page, {"pasted": "", "file": SimpleUploadedFile("team.csv", content)})

    assert refused.status_code == 422
    assert words in refused.text
    assert not BulkCheck.objects.exists()


def test_what_was_typed_stays_in_the_form(asker: Client, page: str) -> None:
    file = SimpleUploadedFile("team.csv", b"\x00")
    refused = asker.post(page, {"pasted": f"{CODE}, Hana <b>", "file": file})

    assert refused.status_code == 422
    assert f"{CODE}, Hana &lt;b&gt;" in refused.text
    refused = asker.post(page, {"pasted": "A\n" * 501})
    assert refused.status_code == 422
    assert "These are 501 rows" in refused.text
    assert "A\nA" in refused.text.replace("\r", "")


def test_a_nul_in_a_paste_is_refused(asker: Client, page: str) -> None:
    assert asker.post(page, {"pasted": "ABC\0"}).status_code == 422


def test_too_many_checks_in_a_minute_keep_the_list(asker: Client, page: str, certificate: Certificate) -> None:
    answers = [asker.post(page, {"pasted": certificate.code}) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert certificate.code in answers[-1].text


def test_with_the_cache_down_checks_go_on(
    asker: Client, page: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr(ratelimit, "consume", down)

    assert asker.post(page, {"pasted": certificate.code}).status_code == 302


def test_earlier_checks_are_listed_for_the_clinic_and_nobody_else(
    asker: Client, page: str, certificate: Certificate, oskar: User, client_of: ClientOf
) -> None:
    checked(asker, page, certificate.code)
    check = BulkCheck.objects.get()
    elsewhere = Clinic.objects.create(name="Elsewhere", place="Hull")
    elsewhere.join(oskar, role=Membership.Role.MEMBER)
    other = client_of(oskar)

    assert reverse("clinics:bulk_check", args=[check.clinic_id, check.pk]) in asker.get(page).text
    for name in ("bulk_check", "bulk_csv", "bulk_pdf"):
        assert asker.get(reverse(f"clinics:{name}", args=[check.clinic_id, check.pk])).status_code in {200, 202}
        assert other.get(reverse(f"clinics:{name}", args=[check.clinic_id, check.pk])).status_code == 404
        assert other.get(reverse(f"clinics:{name}", args=[elsewhere.pk, check.pk])).status_code == 404
    assert other.get(reverse("clinics:bulk", args=[elsewhere.pk])).context["checks"] == []


def test_twenty_are_listed(asker: Client, page: str, clinic: Clinic, cleo: User) -> None:
    asker.get(page)
    for _ in range(25):
        BulkCheck.objects.create(clinic=clinic, by=cleo, rows=[])
    with CaptureQueriesContext(connection) as many:
        assert len(asker.get(page).context["checks"]) == 20
    BulkCheck.objects.all().delete()
    BulkCheck.objects.create(clinic=clinic, by=cleo, rows=[])
    with CaptureQueriesContext(connection) as one:
        asker.get(page)
    assert len(many) == len(one)


def test_a_later_change_does_not_reach_what_was_answered(
    asker: Client, page: str, certificate: Certificate, ada: User
) -> None:
    checked(asker, page, certificate.code)
    certificate.revoke(by=ada, reason_code="other", public_reason="It was.")
    check = BulkCheck.objects.get()

    address = reverse("clinics:bulk_check", args=[check.clinic_id, check.pk])
    assert [row["state"] for row in asker.get(address).context["rows"]] == ["valid"]


def test_those_that_stand_can_be_watched(asker: Client, page: str, everyone: list[str]) -> None:
    answer = checked(asker, page, "\n".join(everyone))

    assert answer.context["to_watch"] == [grouped(everyone[n]) for n in (4, 1, 0, 5)]
    assert "Watch the 4 that stand" in answer.text


def table(response: Any) -> list[Row]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_table_has_every_row_in_the_order_sent(asker: Client, page: str, everyone: list[str]) -> None:
    checked(asker, page, "\n".join(everyone))
    check = BulkCheck.objects.get()
    response = asker.get(reverse("clinics:bulk_csv", args=[check.clinic_id, check.pk]))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    rows = table(response)
    assert [row["line"] for row in rows] == [str(n) for n in range(1, 10)]
    assert rows[0]["holder"] == "Tess Trainee"
    assert rows[3]["state"] == "revoked"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(asker: Client, page: str, certificate: Certificate, name: str) -> None:
    checked(asker, page, f"{certificate.code},{name}\n={name}")
    check = BulkCheck.objects.get()

    rows = table(asker.get(reverse("clinics:bulk_csv", args=[check.clinic_id, check.pk])))
    assert rows[0]["name asked"] == f"'{name}"
    assert rows[1]["code"].startswith("'=")


@pytest.mark.django_db(transaction=True)
def test_the_summary_is_sealed_and_says_what_the_page_says(
    asker: Client, page: str, certificate: Certificate, tmp_path: Path
) -> None:
    checked(asker, page, f"{certificate.code}, Tess Trainee\nABC\n{certificate.code}, Žofia Łęcka")
    check = BulkCheck.objects.get()
    response = asker.get(reverse("clinics:bulk_pdf", args=[check.clinic_id, check.pk]))

    assert response["Content-Type"] == "application/pdf"
    assert response["ETag"] == f'"{check.pdf_sha256}"'
    file = tmp_path / "summary.pdf"
    file.write_bytes(response.content)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    for words in (certificate.grouped_code, "Tess Trainee", "Harbour Clinic", "Cleo Checker", "Not in the register"):
        assert words in " ".join(text.split()), words
    seal = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in seal
    assert "Total document signed" in seal


@pytest.mark.django_db(transaction=True)
def test_a_summary_that_storage_changed_is_not_given_out(
    asker: Client, page: str, certificate: Certificate, files: Path
) -> None:
    answer = checked(asker, page, certificate.code)
    check = BulkCheck.objects.get()
    assert "Sealed summary" in answer.text
    address = reverse("clinics:bulk_pdf", args=[check.clinic_id, check.pk])

    (files / check.pdf_key).write_bytes(b"%PDF- of somebody else")
    assert asker.get(address).status_code == 503
    (files / check.pdf_key).unlink()
    assert asker.get(address).status_code == 503


@pytest.mark.django_db
def test_until_it_is_sealed_the_page_says_so(asker: Client, page: str, certificate: Certificate) -> None:
    answer = checked(asker, page, certificate.code)  # nothing runs before the commit, which a test never reaches
    check = BulkCheck.objects.get()

    assert "is being prepared" in answer.text
    waiting = asker.get(reverse("clinics:bulk_pdf", args=[check.clinic_id, check.pk]))
    assert waiting.status_code == 202
    assert waiting["Retry-After"]
    Job.objects.filter(kind="seal_summary").update(state=Job.State.PARKED, error="x")
    address = reverse("clinics:bulk_check", args=[check.clinic_id, check.pk])
    assert "could not be made" in asker.get(address).text


@pytest.mark.django_db
def test_sealing_twice_keeps_the_first(clinic: Clinic, cleo: User, certificate: Certificate) -> None:
    check = summarising.remember(clinic, bulk.check([Asked(1, certificate.code)]), by=cleo)
    summarising.seal({"check_id": check.pk})
    check.refresh_from_db()
    first = check.pdf_sha256
    assert summarising.stored(check)

    summarising.seal({"check_id": check.pk})
    check.refresh_from_db()
    assert check.pdf_sha256 == first


@pytest.mark.django_db
def test_a_check_whose_clinic_is_gone_needs_no_summary(clinic: Clinic, cleo: User, certificate: Certificate) -> None:
    check = summarising.remember(clinic, bulk.check([Asked(1, certificate.code)]), by=cleo)
    clinic.delete()

    summarising.seal({"check_id": check.pk})


def put_file(files: Path, name: str, *, days: float) -> Path:
    """A file among the summaries, written so many days ago."""
    path = files / "summaries" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = time.time() - days * 24 * 60 * 60
    os.utime(path, (then, then))
    return path


def summaries(files: Path) -> set[Path]:
    return {path for path in (files / "summaries").rglob("*") if path.is_file()}


def sealed(clinic: Clinic, by: User, code: str, files: Path) -> Path:
    """The summary of a check of two days ago."""
    check = summarising.remember(clinic, bulk.check([Asked(1, code)]), by=by)
    summarising.seal({"check_id": check.pk})
    check.refresh_from_db()
    return put_file(files, check.pdf_key.removeprefix("summaries/"), days=2)


@pytest.mark.django_db
def test_the_summaries_of_a_clinic_that_is_gone_are_swept_after_a_day_and_nothing_else(
    clinic: Clinic, cleo: User, certificate: Certificate, files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="clinics")
    kept = sealed(clinic, cleo, certificate.code, files)
    other = Clinic.objects.create(name="Hill Clinic", place="York")
    gone = sealed(other, cleo, certificate.code, files)
    foreign, young = put_file(files, "aa/notes.pdf", days=2), put_file(files, f"aa/{'b' * 64}.pdf", days=0.9)
    draft = put_file(files, "aa/.x1.part", days=1.1)
    summarising.sweep({})
    assert summaries(files) == {kept, gone, foreign, young}

    other.delete()
    summarising.sweep({})
    summarising.sweep({})

    assert summaries(files) == {kept, foreign, young}
    for path in (gone, draft):
        assert f"Removing summaries/{path.parent.name}/{path.name}: no check names it." in caplog.text


@pytest.mark.django_db
def test_many_summaries_go_fifty_at_a_time_and_where_most_have_no_name_none_goes(
    clinic: Clinic, cleo: User, certificate: Certificate, files: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(summarising, "MOST_ORPHANS", 2)
    for number in range(3):
        put_file(files, f"aa/{number:064x}.pdf", days=2)

    summarising.sweep({})
    assert len(summaries(files)) == 3
    assert "None was removed" in caplog.text

    for _check in range(3):
        sealed(clinic, cleo, certificate.code, files)
    summarising.sweep({})
    assert len(summaries(files)) == 4
    summarising.sweep({})
    assert len(summaries(files)) == 3
    assert all(BulkCheck.objects.filter(pdf_key__endswith=path.name).exists() for path in summaries(files))


@pytest.mark.django_db
def test_where_nothing_was_sealed_yet_nothing_is_swept_and_it_is_asked_for_once_a_day(files: Path) -> None:
    summarising.sweep({})
    summarising.sweep_daily()
    summarising.sweep_daily()

    assert Job.objects.filter(kind=summarising.SWEEP).count() == 1


@pytest.mark.django_db
def test_the_page_of_a_check_takes_the_same_queries_for_one_row_and_for_fifty(
    asker: Client, clinic: Clinic, cleo: User, everyone: list[str]
) -> None:
    few = summarising.remember(clinic, bulk.check([Asked(1, everyone[0])]), by=cleo)
    many = summarising.remember(clinic, bulk.check([Asked(n, code) for n, code in enumerate(everyone * 6)]), by=cleo)

    def queries(check: BulkCheck) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert asker.get(reverse("clinics:bulk_check", args=[clinic.pk, check.pk])).status_code == 200
        return len(counted)

    queries(few)
    assert queries(few) == queries(many)
