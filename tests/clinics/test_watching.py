"""A clinic puts certificates on its list and sees at a glance what needs doing; holders are told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.core.internal import ratelimit
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import RedisError

from accounts.models import User
from certificates.codes import new_code
from certificates.models import Achievement, Certificate
from clinics import watching
from clinics.models import Clinic, Membership, WatchItem
from courses.models import Course
from jobs.models import Mail
from tests.cast import person
from tests.certificates.conftest import Earn
from tests.clinics.conftest import Watch

ClientOf = Callable[[User], Client]


def listed(clinic: Clinic) -> list[WatchItem]:
    return list(WatchItem.objects.filter(clinic=clinic).listed())


def put(client: Client, clinic: Clinic, codes: str, **words: str) -> str:
    page = client.post(reverse("clinics:watch_create", args=[clinic.pk]), {"codes": codes, **words}, follow=True)
    return page.text


def states(clinic: Clinic) -> list[str]:
    return [row.state for row in watching.rows_of(listed(clinic))]


def test_a_number_puts_a_certificate_on_the_list_with_the_clinic_s_words(
    clinic: Clinic, cleo: User, certificate: Certificate, client_of: ClientOf
) -> None:
    typed = certificate.grouped_code.lower().replace("-", " ")

    text = put(client_of(cleo), clinic, typed, job_title="Practitioner", site="Room 2", note="Mondays")

    item = listed(clinic)[0]
    assert (item.certificate, item.added_by) == (certificate, cleo)
    assert (item.job_title, item.site, item.note) == ("Practitioner", "Room 2", "Mondays")
    assert "Its holder is told by letter." in text
    assert "Tess Trainee" in text


def test_its_holder_is_told_once_by_letter_with_the_way_to_refuse(
    clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    outcome = watching.add(clinic, certificate.code, by=cleo, job_title="Practitioner", note="Mondays <b>")
    watching.add(clinic, certificate.code, by=cleo)

    letter = Mail.objects.get(kind="watched")
    assert letter.to == "tess@example.com"
    assert outcome.item
    assert letter.key == f"watched:{outcome.item.pk}"
    assert "Harbour Clinic watches a certificate of yours" in letter.subject
    for words in ("Practitioner", "Mondays <b>", "https://academy.example/watched/"):
        assert words in letter.text
    assert "Mondays &lt;b&gt;" in letter.html


def test_the_holder_is_greeted_by_the_name_of_today_though_an_older_certificate_carries_another(
    clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    certificate.holder.confirm_name("Tess Tailor")

    watching.add(clinic, certificate.code, by=cleo)

    letter = Mail.objects.get(kind="watched")
    for words in (letter.text, letter.html):
        assert "Hello Tess Tailor," in words
        assert "Trainee" not in words


def test_several_numbers_and_links_go_on_at_once_each_only_once(
    clinic: Clinic, cleo: User, hygiene: Course, earn: Earn, client_of: ClientOf
) -> None:
    held = [earn(person(f"{name}@example.com", name.title()), hygiene.achievement) for name in ("ann", "bob", "cyd")]
    paste = f"{held[0].grouped_code}, https://academy.example/V/{held[1].code}/\n{held[2].code};{held[2].code}\n\n"

    text = put(client_of(cleo), clinic, paste)

    assert {item.certificate for item in listed(clinic)} == set(held)
    assert "3 certificates are on the list." in text


def test_unknown_and_malformed_numbers_get_the_same_answer_and_the_rest_goes_on(
    clinic: Clinic, cleo: User, certificate: Certificate, client_of: ClientOf
) -> None:
    unknown = new_code()

    text = put(client_of(cleo), clinic, f"{unknown}\nABC\n{certificate.code}", job_title="Practitioner")

    assert text.count("No certificate has this number. Compare it with the paper.") == 2
    assert "1 certificate is on the list." in text
    assert [item.certificate for item in listed(clinic)] == [certificate]
    assert 'value="Practitioner"' in text  # nothing has to be typed again


@pytest.mark.parametrize("codes", ["", "  \n ,;", "\n".join(["AAAA"] + [str(number) for number in range(60)])])
def test_nothing_and_too_much_are_refused_in_words(clinic: Clinic, cleo: User, client_of: ClientOf, codes: str) -> None:
    page = client_of(cleo).post(reverse("clinics:watch_create", args=[clinic.pk]), {"codes": codes})

    assert page.status_code == 422
    assert "certificate number" in page.text or "up to 50" in page.text
    assert not listed(clinic)


def test_trying_numbers_out_is_throttled(clinic: Clinic, cleo: User, client_of: ClientOf) -> None:
    client, address = client_of(cleo), reverse("clinics:watch_create", args=[clinic.pk])

    answers = [client.post(address, {"codes": new_code()}).status_code for _try in range(41)]

    assert answers == [422] * 40 + [429]


def test_with_the_cache_down_staff_are_added_all_the_same(
    clinic: Clinic, cleo: User, certificate: Certificate, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr(ratelimit, "consume", down)

    put(client_of(cleo), clinic, certificate.code)

    assert [item.certificate for item in listed(clinic)] == [certificate]


def test_a_certificate_is_on_a_list_once_and_on_two_lists_twice(
    clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    other = Clinic.objects.create(name="Hill Clinic", place="York")

    assert watching.add(clinic, certificate.code, by=cleo).item
    assert watching.add(clinic, certificate.code, by=cleo).problem == "It is on your list already."
    assert watching.add(other, certificate.code, by=cleo).item


def test_a_full_list_says_so(
    clinic: Clinic, cleo: User, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_WATCHED", 0)

    assert "no more fit" in watching.add(clinic, certificate.code, by=cleo).problem


def test_the_list_says_every_standing_in_words_the_worst_first(
    clinic: Clinic, cleo: User, ada: User, hygiene: Course, competence: Achievement, earn: Earn, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    def one(name: str, days_ago: int = 0, achievement: Achievement | None = None) -> Certificate:
        holder = person(f"{name}@example.com", name.title())
        certificate = earn(holder, achievement or hygiene.achievement, days_ago=days_ago)
        watch(certificate)
        return certificate

    one("current")
    one("soon", days_ago=330)
    one("lapsed", days_ago=400)
    one("unclean", achievement=competence)
    one("gone").revoke(by=ada, reason_code="other", public_reason="Handed to another.")
    one("reviewed").suspend(by=ada, why="Asked about.")
    older = one("renewed", days_ago=350)
    older.supersede(earn(older.holder, hygiene.achievement, cycle=2), cause="renewal")
    refused = one("refusing")
    WatchItem.objects.get(certificate=refused).refuse()

    page = client_of(cleo).get(reverse("clinics:staff", args=[clinic.pk])).text

    assert states(clinic) == [
        *("revoked", "suspended", "expired", "hygiene_renewal_due", "superseded", "expires_soon", "valid", "refused")
    ]
    places = [page.index(f"{name}</a>") for name in ("Gone", "Reviewed", "Lapsed", "Unclean", "Renewed", "Soon")]
    assert places == sorted(places)
    assert [number for _group, _words, number in watching.counted(watching.rows_of(listed(clinic)))] == [5, 1, 1, 1]
    for words in ("Revoked", "Under review", "Expired", "Hygiene renewal due", "Replaced", "Expires soon", "Current"):
        assert f"{words}</span>" in page
    assert "The holder refused" in page


def test_a_refused_one_tells_nothing_of_its_standing(
    clinic: Clinic, cleo: User, ada: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)
    item.refuse()
    certificate.revoke(by=ada, reason_code="other", public_reason="Handed to another.")

    for name, args in (("staff", [clinic.pk]), ("item", [clinic.pk, item.pk]), ("record", [clinic.pk, item.pk])):
        page = client_of(cleo).get(reverse(f"clinics:{name}", args=args)).text
        assert "Revoked" not in page
        assert "Handed to another" not in page


def test_the_list_is_narrowed_by_a_count_and_by_words(
    clinic: Clinic, cleo: User, hygiene: Course, earn: Earn, watch: Watch, client_of: ClientOf
) -> None:
    watch(earn(person("ann@example.com", "Ann Early"), hygiene.achievement), job_title="Nurse")
    watch(earn(person("bob@example.com", "Bob Late"), hygiene.achievement, days_ago=400))
    client, address = client_of(cleo), reverse("clinics:staff", args=[clinic.pk])

    now, nurse, none = (client.get(address + query).text for query in ("?only=now", "?q=NURSE ann", "?q=zzz&only=x"))

    assert "Bob Late" in now
    assert "Ann Early" not in now
    assert "Ann Early" in nurse
    assert "Bob Late" not in nurse
    assert "Nobody matches." in none


@pytest.mark.parametrize("number", [1, 50])
def test_one_and_fifty_are_read_with_as_many_queries(
    clinic: Clinic, cleo: User, hygiene: Course, competence: Achievement, earn: Earn, watch: Watch, number: int,
    client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for place in range(number):
        holder = person(f"p{place}@example.com", f"Person {place}x")
        earn(holder, hygiene.achievement, days_ago=400)
        watch(earn(holder, competence, days_ago=10))
    client, address = client_of(cleo), reverse("clinics:staff", args=[clinic.pk])
    client.get(address)

    with django_assert_num_queries(6):  # session, person, membership; items, certificates, what keeps them current
        page = client.get(address)

    assert page.text.count("Hygiene renewal due</span>") == number


def test_what_replaced_a_certificate_is_watched_with_one_click(
    clinic: Clinic, cleo: User, certificate: Certificate, hygiene: Course, earn: Earn, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    item = watch(certificate, job_title="Practitioner", site="Room 2")
    newer = earn(certificate.holder, hygiene.achievement, cycle=2)
    certificate.supersede(newer, cause="renewal")
    client = client_of(cleo)
    assert "Watch the newer one" in client.get(reverse("clinics:staff", args=[clinic.pk])).text

    client.post(reverse("clinics:newer_create", args=[clinic.pk, item.pk]))

    now = listed(clinic)
    assert [(each.certificate, each.job_title, each.site) for each in now] == [(newer, "Practitioner", "Room 2")]
    assert Mail.objects.get(kind="watched").to == "tess@example.com"


def test_on_a_full_list_a_renewal_takes_the_place_of_the_older_one(
    clinic: Clinic, cleo: User, certificate: Certificate, hygiene: Course, earn: Earn, watch: Watch,
    client_of: ClientOf, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    item = watch(certificate)
    newer = earn(certificate.holder, hygiene.achievement, cycle=2)
    certificate.supersede(newer, cause="renewal")
    monkeypatch.setattr(watching, "MOST_WATCHED", 1)

    client_of(cleo).post(reverse("clinics:newer_create", args=[clinic.pk, item.pk]))

    assert [each.certificate for each in listed(clinic)] == [newer]


def test_the_older_one_stays_where_the_holder_refused_that_the_newer_is_watched(
    clinic: Clinic, cleo: User, certificate: Certificate, hygiene: Course, earn: Earn, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    item = watch(certificate)
    newer = earn(certificate.holder, hygiene.achievement, cycle=2)
    certificate.supersede(newer, cause="renewal")
    watch(newer).refuse()

    client_of(cleo).post(reverse("clinics:newer_create", args=[clinic.pk, item.pk]))

    assert certificate in [each.certificate for each in listed(clinic)]
    assert not WatchItem.objects.filter(ended_at__isnull=False).exists()


def test_a_newer_one_that_its_holder_does_not_show_is_not_found_from_the_list(
    clinic: Clinic, cleo: User, ada: User, certificate: Certificate, hygiene: Course, earn: Earn, watch: Watch,
    client_of: ClientOf,
) -> None:  # fmt: skip
    item = watch(certificate)
    newer = earn(certificate.holder, hygiene.achievement, edition=2)
    certificate.supersede(newer, cause="name_change", by=ada, why="Married")
    client = client_of(cleo)

    page = client.get(reverse("clinics:staff", args=[clinic.pk])).text
    client.post(reverse("clinics:newer_create", args=[clinic.pk, item.pk]))

    assert "Watch the newer one" not in page
    assert newer.grouped_code not in page
    assert [each.certificate for each in listed(clinic)] == [certificate]


def test_taken_off_the_list_it_may_be_put_on_again(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)

    client_of(cleo).post(reverse("clinics:item_end", args=[clinic.pk, item.pk]))

    item.refresh_from_db()
    assert (item.ended_by, listed(clinic)) == (cleo, [])
    assert watching.add(clinic, certificate.code, by=cleo).item


def letters() -> int:
    return Mail.objects.filter(kind="watched").count()


def test_off_the_list_and_on_again_the_holder_is_told_once_in_thirty_days(
    clinic: Clinic, cleo: User, certificate: Certificate, client_of: ClientOf
) -> None:
    start, counts = timezone.now(), {}

    for days in (0, 1, 29, 30, 31, 61):
        with time_machine.travel(start + timedelta(days=days, seconds=1), tick=False):
            outcome = watching.add(clinic, certificate.code, by=cleo)
            assert outcome.item
            outcome.item.end(by=cleo)
        counts[days] = letters()
    with time_machine.travel(start + timedelta(days=62), tick=False):
        text = put(client_of(cleo), clinic, certificate.code)

    assert counts == {0: 1, 1: 1, 29: 1, 30: 2, 31: 2, 61: 3}
    assert "gets no other; their own page shows it." in text
    assert letters() == 3
    assert "Harbour Clinic" in client_of(certificate.holder).get(reverse("clinics:watched_by")).text


def test_another_clinic_and_another_certificate_are_told_of_all_the_same(
    clinic: Clinic, cleo: User, certificate: Certificate, hygiene: Course, earn: Earn
) -> None:
    other = Clinic.objects.create(name="Hill Clinic", place="York")
    second = earn(certificate.holder, hygiene.achievement, cycle=2)

    outcomes = [
        watching.add(clinic, certificate.code, by=cleo),
        watching.add(other, certificate.code, by=cleo),
        watching.add(clinic, second.code, by=cleo),
    ]

    assert all(outcome.is_told for outcome in outcomes)
    assert letters() == 3


def test_after_a_refusal_that_was_lifted_the_holder_is_told_again(
    clinic: Clinic, cleo: User, certificate: Certificate
) -> None:
    item = watching.add(clinic, certificate.code, by=cleo).item
    assert item
    item.refuse()
    item.end(by=cleo)
    item.lift_refusal()

    again = watching.add(clinic, certificate.code, by=cleo)
    assert again.is_told
    assert again.item
    again.item.end(by=cleo)

    assert not watching.add(clinic, certificate.code, by=cleo).is_told
    assert letters() == 2


@pytest.mark.parametrize(
    ("told", "allowed", "is_told"),
    [(None, None, True), (29, None, False), (30, None, True), (5, 4, True), (5, 6, False)],
)
def test_when_a_holder_is_told(told: int | None, allowed: int | None, is_told: bool) -> None:
    now = timezone.now()

    def ago(days: int | None) -> datetime | None:
        return None if days is None else now - timedelta(days=days)

    assert watching.is_to_be_told(now, told_at=ago(told), allowed_at=ago(allowed)) == is_told


def test_the_clinic_s_words_are_changed_and_nobody_s_else(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)

    client_of(cleo).post(reverse("clinics:item", args=[clinic.pk, item.pk]), {"job_title": "Nurse", "note": "x" * 500})

    item.refresh_from_db()
    assert (item.job_title, item.note) == ("Nurse", "x" * 500)


def test_a_clinic_cannot_reach_into_another_s_list(
    clinic: Clinic, cleo: User, certificate: Certificate, watch: Watch, client_of: ClientOf
) -> None:
    item = watch(certificate)
    other = Clinic.objects.create(name="Hill Clinic", place="York")
    mara = person("mara@example.com", "Mara")
    other.join(mara, role=Membership.Role.OWNER)
    WatchItem.objects.create(clinic=other, certificate=certificate, added_by=mara)
    client = client_of(cleo)

    for name in ("staff", "watch_create", "alerts", "records", "members"):
        assert client.get(reverse(f"clinics:{name}", args=[other.pk])).status_code == 404
        assert client.get(reverse(f"clinics:{name}", args=[99999])).status_code == 404
        assert client.get(f"/clinic/{10**30}/").status_code == 404
    for name in ("item", "record", "record_csv", "record_pdf"):
        foreign = WatchItem.objects.get(clinic=other)
        assert client.get(reverse(f"clinics:{name}", args=[clinic.pk, foreign.pk])).status_code == 404
        assert client.get(reverse(f"clinics:{name}", args=[other.pk, item.pk])).status_code == 404
    assert client.post(reverse("clinics:item_end", args=[other.pk, item.pk])).status_code == 404


def test_a_member_of_one_clinic_lands_there_and_of_two_may_choose(
    clinic: Clinic, cleo: User, client_of: ClientOf
) -> None:
    client = client_of(cleo)
    assert client.get(reverse("clinics:mine"))["Location"] == reverse("clinics:staff", args=[clinic.pk])

    Clinic.objects.create(name="Hill Clinic", place="York").join(cleo, role=Membership.Role.MEMBER)

    page = client.get(reverse("clinics:mine")).text
    assert "Hill Clinic" in page
    assert "Harbour Clinic" in page


def test_an_empty_list_says_what_to_do(clinic: Clinic, cleo: User, client_of: ClientOf) -> None:
    page = client_of(cleo).get(reverse("clinics:staff", args=[clinic.pk])).text

    assert "Nobody is on the list yet" in page
    assert reverse("clinics:watch_create", args=[clinic.pk]) in page


def test_the_first_day_of_the_last_sixty_is_when_it_expires_soon(
    clinic: Clinic, hygiene: Course, earn: Earn, watch: Watch, today: object
) -> None:
    day = timezone.now().date()
    holder = person("edge@example.com", "Edge Case")
    watch(earn(holder, hygiene.achievement, expires_on=day + timedelta(days=61)))
    assert states(clinic) == ["valid"]

    watch(earn(holder, hygiene.achievement, cycle=2, expires_on=day + timedelta(days=60)))

    assert states(clinic) == ["expires_soon", "valid"]
