"""Every page × every person × what they get. A page that is not in the table fails the test.

Words: `ok` a page · `in` sent to sign in · `on` sent on, as a person who may · `404` as if it did not exist ·
`403` refused · `405` no such method · `422` a form that says what to mend · `400` not what the page sends ·
`401` an API key is asked for, which a person signed in has not · `415` not of the kind the API takes.
People: nobody signed in · oskar who belongs nowhere · tess, whose things they are · ines, instructor of the
course · cleo of a clinic · ada the administrator.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Invitation, User
from certificates import correcting_names, credentials, keys
from certificates.models import Certificate, CertificateDecision
from clinics import access, bulk, summarising
from clinics.models import Clinic, SiteTraining, WatchItem
from clinics.models.access import Scope
from courses.models import Course, Teaching
from quizzes import accommodating
from quizzes.correcting import applying
from quizzes.models import Attempt, Card, Policy, PracticeAnswer, PracticeSitting, Question, Quiz
from quizzes.practising import answering
from quizzes.writing import drafts
from tests import school

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db

PEOPLE = ("nobody", "oskar", "tess", "ines", "cleo", "ada")
# Asked to show. What is not here only acts, and answers 405 to a GET.
READING = """
livez                               ok   ok   ok   ok   ok   ok
healthz                             ok   ok   ok   ok   ok   ok
account_login                       ok   on   on   on   on   on
account_logout                      on   ok   ok   ok   ok   ok
account_inactive                    ok   ok   ok   ok   ok   ok
account_signup                      ok   on   on   on   on   on
account_reauthenticate              in   ok   ok   ok   ok   ok
account_email                       in   ok   ok   ok   ok   ok
account_email_verification_sent     in   on   on   on   on   on
account_change_password             in   ok   ok   ok   ok   ok
account_set_password                in   on   on   on   on   on
account_reset_password              ok   ok   ok   ok   ok   ok
account_confirm_login_code          in   on   on   on   on   on
account_confirm_password_reset_code in   in   in   in   in   in
account_complete_password_reset     on   on   on   on   on   on
account_password_reset_completed    ok   ok   ok   ok   ok   ok
account_request_login_code          ok   on   on   on   on   on
mfa_index                           in   ok   ok   ok   ok   ok
mfa_authenticate                    in   on   on   on   on   on
mfa_reauthenticate                  in   on   on   ok   on   ok
mfa_trust                           in   on   on   on   on   on
mfa_activate_totp                   in   on   on   on   on   on
mfa_deactivate_totp                 in   404  404  on   404  on
mfa_view_recovery_codes             in   404  404  404  404  404
mfa_generate_recovery_codes         in   on   on   on   on   on
mfa_download_recovery_codes         in   404  404  404  404  404
mfa_list_webauthn                   in   ok   ok   ok   ok   ok
mfa_add_webauthn                    in   on   on   on   on   on
mfa_reauthenticate_webauthn         in   on   on   on   on   on
mfa_remove_webauthn                 in   on   on   on   on   on
mfa_edit_webauthn                   in   on   on   on   on   on
mfa_login_webauthn                  in   on   on   on   on   on
usersessions_list                   in   ok   ok   ok   ok   ok
home                                ok   ok   ok   ok   ok   ok
privacy                             ok   ok   ok   ok   ok   ok
terms                               ok   ok   ok   ok   ok   ok
imprint                             ok   ok   ok   ok   ok   ok
accessibility                       ok   ok   ok   ok   ok   ok
contact                             ok   ok   ok   ok   ok   ok
gallery                             ok   ok   ok   ok   ok   ok
robots                              ok   ok   ok   ok   ok   ok
manifest                            ok   ok   ok   ok   ok   ok
favicon                             ok   ok   ok   ok   ok   ok
today                               in   ok   ok   ok   ok   ok
profile                             in   ok   ok   ok   ok   ok
name_confirm                        in   ok   ok   ok   ok   ok
kept_form                           in   ok   ok   ok   ok   ok
invitations                         in   404  404  404  404  ok
invitation                          ok   ok   ok   ok   ok   ok
demo_mail                           404  404  404  404  404  404
demo_letter                         404  404  404  404  404  404
courses:catalogue                   ok   ok   ok   ok   ok   ok
courses:course                      ok   ok   ok   ok   ok   ok
courses:lesson                      in   on   ok   ok   on   ok
courses:search                      in   ok   ok   ok   ok   ok
quizzes:check                       in   404  on   on   404  on
quizzes:quiz                        in   404  ok   404  404  404
quizzes:attempt                     in   404  ok   404  404  404
quizzes:hand_in                     in   404  ok   404  404  404
quizzes:item                        in   404  ok   404  404  404
quizzes:file                        in   404  ok   ok   404  ok
quizzes:result                      in   404  ok   404  404  404
quizzes:feedback                    in   404  on   404  404  404
quizzes:practice                    in   ok   ok   ok   ok   ok
quizzes:sitting                     in   404  ok   404  404  404
quizzes:practice_answer             in   404  ok   404  404  404
quizzes:studio                      in   404  404  ok   404  ok
quizzes:questions                   in   404  404  ok   404  ok
quizzes:question                    in   404  404  ok   404  ok
quizzes:draft                       in   404  404  ok   404  ok
quizzes:publication                 in   404  404  ok   404  ok
quizzes:marking                     in   404  404  ok   404  ok
quizzes:judgement                   in   404  404  ok   404  ok
quizzes:analysis                    in   404  404  ok   404  ok
quizzes:analysis_csv                in   404  404  ok   404  ok
quizzes:people                      in   404  404  ok   404  ok
quizzes:person                      in   404  404  ok   404  ok
quizzes:accommodation_create        in   404  404  ok   404  ok
quizzes:accommodation_end           in   404  404  ok   404  ok
quizzes:records                     in   404  404  ok   404  ok
quizzes:record                      in   404  404  ok   404  ok
quizzes:regrades                    in   404  404  ok   404  ok
quizzes:regrade                     in   404  404  ok   404  ok
quizzes:regrade_csv                 in   404  404  ok   404  ok
quizzes:regrade_create              in   404  404  ok   404  ok
certificates:check_form             ok   ok   ok   ok   ok   ok
certificates:check                  on   on   on   on   on   on
certificates:document               ok   ok   ok   ok   ok   ok
certificates:verify                 ok   ok   ok   ok   ok   ok
certificates:verify_token           ok   ok   ok   ok   ok   ok
certificates:seal                   ok   ok   ok   ok   ok   ok
certificates:card                   ok   ok   ok   ok   ok   ok
certificates:scan                   ok   ok   ok   ok   ok   ok
certificates:scan_keys              ok   ok   ok   ok   ok   ok
certificates:scan_worker            ok   ok   ok   ok   ok   ok
certificates:root                   ok   ok   ok   ok   ok   ok
certificates:revocation_list        ok   ok   ok   ok   ok   ok
certificates:did_document           ok   ok   ok   ok   ok   ok
certificates:key_set                ok   ok   ok   ok   ok   ok
certificates:status_list            ok   ok   ok   ok   ok   ok
certificates:credential             ok   ok   ok   ok   ok   ok
certificates:badge_png              ok   ok   ok   ok   ok   ok
certificates:badge_svg              ok   ok   ok   ok   ok   ok
certificates:achievement            ok   ok   ok   ok   ok   ok
certificates:mine                   in   ok   ok   ok   ok   ok
certificates:certificate            in   404  ok   404  404  ok
certificates:download               in   404  202  404  404  202
certificates:revocation_create      in   404  404  404  404  ok
certificates:decisions              in   404  404  404  404  ok
certificates:decision               in   404  404  404  404  ok
certificates:history                in   404  ok   404  404  ok
certificates:suspension_create      in   404  404  404  404  ok
certificates:reinstatement_create   in   404  404  404  404  on
certificates:reissue_create         in   404  404  404  404  ok
certificates:name_correction_create in   404  on   404  404  404
certificates:name_corrections       in   404  404  404  404  ok
certificates:name_correction        in   404  404  404  404  ok
clinics:mine                        in   404  404  404  on   404
clinics:staff                       in   404  404  404  ok   404
clinics:watch_create                in   404  404  404  ok   404
clinics:item                        in   404  404  404  ok   404
clinics:alerts                      in   404  404  404  ok   404
clinics:webhook                     in   404  404  404  404  404
clinics:records                     in   404  404  404  ok   404
clinics:record                      in   404  404  404  ok   404
clinics:record_csv                  in   404  404  404  ok   404
clinics:record_pdf                  in   404  404  404  ok   404
clinics:members                     in   404  404  404  ok   404
clinics:watched_by                  in   ok   ok   ok   ok   ok
clinics:refusal_create              in   404  ok   404  404  404
clinics:bulk                        in   404  404  404  ok   404
clinics:bulk_check                  in   404  404  404  ok   404
clinics:bulk_csv                    in   404  404  404  ok   404
clinics:bulk_pdf                    in   404  404  404  202  404
clinics:api_keys                    in   404  404  404  404  404
clinics:api_key_end                 in   404  404  404  404  404
api:api-root                        404  404  404  404  404  404
api:openapi-json                    ok   ok   ok   ok   ok   ok
api:certificate                     ok   ok   ok   ok   ok   ok
api:changes                         401  401  401  401  401  401
"""

# Asked to act, with an empty form. What is not here only shows, and answers 405 to a POST.
ACTING = """
account_login                       ok   on   on   on   on   on
account_logout                      on   on   on   on   on   on
account_signup                      ok   on   on   on   on   on
account_reauthenticate              in   ok   ok   ok   ok   ok
account_email                       in   on   on   on   on   on
account_email_verification_sent     in   on   on   on   on   on
account_change_password             in   ok   ok   ok   ok   ok
account_set_password                in   on   on   on   on   on
account_reset_password              ok   ok   ok   ok   ok   ok
account_confirm_login_code          in   on   on   on   on   on
account_confirm_password_reset_code in   in   in   in   in   in
account_complete_password_reset     on   on   on   on   on   on
account_request_login_code          ok   on   on   on   on   on
mfa_authenticate                    in   on   on   on   on   on
mfa_reauthenticate                  in   on   on   ok   on   ok
mfa_trust                           in   on   on   on   on   on
mfa_activate_totp                   in   on   on   on   on   on
mfa_deactivate_totp                 in   404  404  on   404  on
mfa_generate_recovery_codes         in   on   on   on   on   on
mfa_download_recovery_codes         in   404  404  404  404  404
mfa_add_webauthn                    in   on   on   on   on   on
mfa_reauthenticate_webauthn         in   on   on   on   on   on
mfa_remove_webauthn                 in   on   on   on   on   on
mfa_edit_webauthn                   in   on   on   on   on   on
mfa_login_webauthn                  in   on   on   on   on   on
usersessions_list                   in   on   on   on   on   on
profile                             in   422  422  422  422  422
name_confirm                        in   422  422  422  422  422
kept_form_removal_create            in   on   on   on   on   on
invitations                         in   404  404  404  404  422
invitation                          409  409  409  409  409  409
courses:enrolment_create            in   on   on   on   on   on
courses:studied_create              in   404  on   404  404  404
courses:review_create               in   404  on   404  404  404
courses:place_create                in   404  204  404  404  404
quizzes:check                       in   404  422  422  404  422
quizzes:attempt_create              in   404  on   404  404  404
quizzes:follow_up_create            in   404  on   404  404  404
quizzes:round_create                in   404  on   404  404  404
quizzes:item_check_create           in   404  on   404  404  404
quizzes:sitting_create              in   on   on   on   on   on
quizzes:practice_answer_create      in   404  404  404  404  404
quizzes:ease_create                 in   404  on   404  404  404
quizzes:leaving_out_create          in   404  on   404  404  404
quizzes:return_create               in   on   on   on   on   on
quizzes:claim_create                in   404  ok   404  404  404
quizzes:response_create             in   404  on   404  404  404
quizzes:file_create                 in   404  on   404  404  404
quizzes:kept_create                 in   404  404  404  404  404
quizzes:submission_create           in   404  on   404  404  404
quizzes:feedback_create             in   404  on   404  404  404
quizzes:question_create             in   404  404  on   404  on
quizzes:draft_create                in   404  404  on   404  on
quizzes:draft                       in   404  404  409  404  409
quizzes:publication                 in   404  404  422  404  422
quizzes:draft_discard               in   404  404  on   404  404
quizzes:judgement_create            in   404  404  422  404  422
quizzes:analysis_create             in   404  404  on   404  on
quizzes:accommodation_create        in   404  404  422  404  422
quizzes:accommodation_end           in   404  404  422  404  422
quizzes:regrade_create              in   404  404  422  404  422
quizzes:look_create                 in   404  404  on   404  on
quizzes:approval_create             in   404  404  on   404  on
quizzes:application_create          in   404  404  on   404  on
quizzes:cancellation_create         in   404  404  on   404  on
quizzes:counted_create              in   404  404  404  404  404
certificates:revocation_create      in   404  404  404  404  422
certificates:document               422  422  422  422  422  422
certificates:decision               in   404  404  404  404  422
certificates:suspension_create      in   404  404  404  404  422
certificates:reinstatement_create   in   404  404  404  404  on
certificates:reissue_create         in   404  404  404  404  422
certificates:name_correction_create in   404  on   404  404  404
certificates:name_correction        in   404  404  404  404  422
certificates:sharing_change         in   404  404  404  404  404
clinics:watch_create                in   404  404  404  422  404
clinics:item                        in   404  404  404  on   404
clinics:newer_create                in   404  404  404  on   404
clinics:item_end                    in   404  404  404  on   404
clinics:webhook                     in   on   on   on   on   on
clinics:webhook_test                in   404  404  404  404  404
clinics:webhook_again               in   404  404  404  404  404
clinics:webhook_end                 in   on   on   on   on   on
clinics:record                      in   404  404  404  422  404
clinics:site_training_end           in   404  404  404  on   404
clinics:members                     in   on   on   on   on   on
clinics:role_create                 in   on   on   on   on   on
clinics:member_end                  in   on   on   on   on   on
clinics:invitation_again            in   on   on   on   on   on
clinics:invitation_end              in   on   on   on   on   on
clinics:refusal_create              in   404  on   404  404  404
clinics:refusal_end                 in   404  on   404  404  404
clinics:bulk                        in   404  404  404  422  404
clinics:api_keys                    in   404  404  404  404  404
clinics:api_key_end                 in   404  404  404  404  404
api:verify_bulk                     401  401  401  401  401  401
api:verify_document                 415  415  415  415  415  415
"""

Row = tuple[str, dict[str, str]]


def rows(table: str) -> list[Row]:
    split = [line.split() for line in table.strip().splitlines()]
    return [(name, dict(zip(PEOPLE, answers, strict=True))) for name, *answers in split]


def pages(resolver: Any = None, namespace: str = "") -> Iterator[str]:
    """Every named page but the admin's, which have a test of their own."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver) and entry.namespace != "admin":
            yield from pages(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"


def practise(trainee: User) -> PracticeAnswer:
    """One question of the course that is passed, answered in practice."""
    question = Question.objects.filter(course__slug="needles").select_related("current")[0]
    card = Card.objects.create(trainee=trainee, question=question, made_because="never_met", due_at=timezone.now())
    return answering.answer(card, PracticeSitting.objects.create(trainee=trainee, cards=[[card.pk, 0]]), None)


def watch(clinic: Clinic, certificate: Certificate, *, by: User) -> WatchItem:
    """On a clinic's list, with a training on site."""
    item = WatchItem.objects.create(clinic=clinic, certificate=certificate, added_by=by)
    SiteTraining.objects.create(
        item=item, on=timezone.now().date(), content="Sharps", trainer="Cleo", qualification="Nurse", added_by=by
    )
    return item


def publish(certificate: Certificate) -> Certificate:
    """With its credential issued, and the lists that say whether it counts."""
    signed = credentials.issue(certificate)
    Certificate.objects.filter(pk=certificate.pk).update(
        credential_text=signed.text, credential_sha256=signed.sha256, credential_kid=signed.kid
    )
    credentials.lists.rebuild()
    return certificate


@pytest.fixture
def addresses(tess: User, ines: User, ada: User, clinic: Clinic) -> dict[str, dict[str, Any]]:
    """What stands in the addresses: tess has passed one course, and sits the quiz of the next."""
    school.open_small()
    keys.ensure()
    school.pass_course(tess)
    school.enrol_and_study(tess, "shades")
    running = school.begin(tess, "shades")
    Teaching.objects.create(course=Course.objects.get(slug="shades"), user=ines)
    done = Attempt.objects.get(trainee=tess, quiz__course__slug="needles")
    granted = accommodating.grant(tess, quiz=running.quiz, by=ada, reason="Reads slowly", extra_minutes=5)
    quiz, code = Quiz.objects.get(course__slug="shades"), Certificate.objects.get(holder=tess).code
    lesson = {"slug": "shades", "lesson_slug": "shade-and-depth"}
    asked = Question.objects.filter(course=quiz.course_id, current__kind="depth_band").first()
    assert asked is not None
    draft = drafts.open_for(asked, ines)
    regrade = applying.ask_for(
        asked, to_version=asked.versions.get(), by=ada, reason="Nobody could know", policy=Policy.FULL_CREDIT
    )
    stood = done.results.get()
    decision = CertificateDecision.objects.create(
        certificate=Certificate.objects.get(holder=tess), before=stood, after=stood
    )
    renamed = correcting_names.ask(decision.certificate, by=tess, name="Tess Tailor", cause="name_change")
    practised = practise(tess)
    written = school.leave_to_people(tess, quiz)
    watched = watch(clinic, Certificate.objects.get(holder=tess), by=ada)
    issued = publish(Certificate.objects.get(holder=tess))
    about = f"course:{quiz.course_id}"
    _invitation, token = Invitation.make(role="instructor", about=about, email="new@example.com", by=ada)
    checked = summarising.remember(clinic, bulk.check(bulk.read_paste(code)), by=ada)
    key, _whole = access.make(clinic, label="Rota", scopes=[Scope.VERIFY], days=30, by=ada)
    return {
        "courses:course": {"slug": "shades"},
        "courses:enrolment_create": {"slug": "shades"},
        "courses:lesson": lesson,
        "courses:studied_create": lesson,
        "courses:review_create": lesson,
        "courses:place_create": lesson,
        "quizzes:check": lesson | {"block_id": "start"},
        **{
            f"quizzes:{name}": {"pk": quiz.pk}
            for name in ("quiz", "attempt_create", "follow_up_create", "round_create")
        },
        "quizzes:question": {"pk": asked.pk},
        "quizzes:draft_create": {"pk": asked.pk},
        **{f"quizzes:{name}": {"pk": draft.pk} for name in ("draft", "publication", "draft_discard")},
        **{f"quizzes:analysis{rest}": {"pk": quiz.pk} for rest in ("", "_csv", "_create")},
        **{
            f"quizzes:{name}": {"pk": running.pk}
            for name in ("attempt", "claim_create", "response_create", "hand_in", "submission_create")
        },
        "quizzes:kept_create": {"pk": running.pk, "event": 1},
        **{
            f"quizzes:{name}": {"pk": running.pk, "item": running.items.order_by("position")[0].pk}
            for name in ("item", "file_create")
        },
        "quizzes:file": {"pk": written.files.get().pk},
        **{f"quizzes:{name}": {"pk": written.pk} for name in ("judgement", "judgement_create")},
        "quizzes:item_check_create": {"pk": running.pk, "item": running.items.order_by("position")[0].pk},
        **{f"quizzes:{name}": {"pk": practised.sitting_id} for name in ("sitting", "practice_answer_create")},
        **{
            f"quizzes:{name}": {"pk": practised.pk} for name in ("practice_answer", "ease_create", "leaving_out_create")
        },
        **{f"quizzes:{name}": {"pk": done.pk} for name in ("result", "feedback", "feedback_create")},
        **{f"quizzes:{name}": {"pk": tess.pk} for name in ("person", "accommodation_create")},
        "quizzes:accommodation_end": {"pk": granted.pk},
        "quizzes:records": {"pk": quiz.pk},
        "quizzes:record": {"pk": running.pk},
        "quizzes:counted_create": {"pk": running.pk, "event": 1},
        "quizzes:regrade_create": {"pk": asked.pk},
        **{f"quizzes:{name}": {"pk": regrade.pk} for name in ("regrade", "regrade_csv", "look_create")},
        **{f"quizzes:{name}_create": {"pk": regrade.pk} for name in ("approval", "application", "cancellation")},
        "certificates:decision": {"pk": decision.pk},
        "certificates:revocation_list": {"authority": "authority"},
        **{f"certificates:{name}": {"code": code} for name in ("verify", "seal", "card")},
        "certificates:verify_token": {"code": code, "token": "ABCD"},
        **{f"certificates:{name}": {"code": code} for name in ("certificate", "download", "revocation_create")},
        **{f"certificates:{name}_create": {"code": code} for name in ("suspension", "reinstatement", "reissue")},
        **{f"certificates:{name}": {"code": code} for name in ("history", "name_correction_create", "sharing_change")},
        "certificates:name_correction": {"pk": renamed.pk},
        "certificates:status_list": {"purpose": "revocation", "number": 1},
        **{f"certificates:{name}": {"uuid": issued.uuid} for name in ("credential", "badge_png", "badge_svg")},
        "certificates:achievement": {"slug": issued.achievement.slug},
        **{
            f"clinics:{name}": {"clinic_id": clinic.pk}
            for name in (
                *("staff", "watch_create", "alerts", "webhook", "webhook_test", "webhook_again", "webhook_end"),
                *("records", "members"),
            )
        },
        **{
            f"clinics:{name}": {"clinic_id": clinic.pk, "pk": watched.pk}
            for name in ("item", "newer_create", "item_end", "record", "record_csv", "record_pdf")
        },
        **{
            f"clinics:{name}": {"clinic_id": clinic.pk, "pk": 1}
            for name in ("role_create", "member_end", "invitation_again", "invitation_end")
        },
        "clinics:site_training_end": {"clinic_id": clinic.pk, "pk": watched.site_trainings.get().pk},
        **{f"clinics:{name}": {"pk": watched.pk} for name in ("refusal_create", "refusal_end")},
        **{f"clinics:{name}": {"clinic_id": clinic.pk} for name in ("bulk", "api_keys")},
        **{f"clinics:bulk_{name}": {"clinic_id": clinic.pk, "pk": checked.pk} for name in ("check", "csv", "pdf")},
        "clinics:api_key_end": {"clinic_id": clinic.pk, "pk": key.pk},
        "api:certificate": {"code": code},
        "invitation": {"token": token},
        "demo_letter": {"pk": 1},
        "mfa_remove_webauthn": {"pk": 1},
        "mfa_edit_webauthn": {"pk": 1},
    }


@pytest.fixture
def everyone(oskar: User, tess: User, ines: User, cleo: User, ada: User, client_of: ClientOf) -> dict[str, Client]:
    people = {"oskar": oskar, "tess": tess, "ines": ines, "cleo": cleo, "ada": ada}
    return {"nobody": Client()} | {name: client_of(user) for name, user in people.items()}


def told(response: Any) -> str:
    """The answer in one word."""
    if response.status_code in {301, 302, 303}:
        return "in" if response.url.startswith(reverse("account_login")) else "on"
    return "ok" if response.status_code == 200 else str(response.status_code)


def test_every_page_is_in_the_table() -> None:
    assert {name for name, _answers in rows(READING) + rows(ACTING)} == set(pages())


def ask(method: str, name: str, addresses: dict[str, Any], everyone: dict[str, Client]) -> dict[str, str]:
    address = reverse(name, kwargs=addresses.get(name))
    return {who: told(everyone[who].generic(method, address)) for who in PEOPLE}


def test_who_is_shown_what(addresses: dict[str, Any], everyone: dict[str, Client]) -> None:
    for name, expected in rows(READING):
        assert ask("GET", name, addresses, everyone) == expected, name


@pytest.mark.parametrize(("name", "expected"), rows(ACTING), ids=[name for name, _answers in rows(ACTING)])
def test_who_may_act(
    name: str, expected: dict[str, str], addresses: dict[str, Any], everyone: dict[str, Client]
) -> None:
    assert ask("POST", name, addresses, everyone) == expected


def test_what_only_shows_does_not_act_and_the_other_way_round(
    addresses: dict[str, Any], everyone: dict[str, Client]
) -> None:
    reading, acting = ({name for name, _answers in rows(table)} for table in (READING, ACTING))
    for method, names in (("POST", reading - acting), ("GET", acting - reading)):
        for name in names:
            answers = ask(method, name, addresses, everyone)
            assert answers.pop("nobody") in {"405", "in"}, name
            assert set(answers.values()) == {"405"}, name


def test_the_administration_is_for_staff(everyone: dict[str, Client]) -> None:
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    for address in [reverse("admin:index"), *lists]:
        assert told(everyone["ada"].get(address)) == "ok", address
        for who in ("nobody", "oskar", "tess", "ines", "cleo"):
            assert told(everyone[who].get(address)) != "ok", (who, address)


REFERRER = {  # addresses that say more than they should
    "certificates:check_form": "no-referrer",
    "certificates:document": "same-origin",
    **{f"certificates:{name}": "no-referrer" for name in ("verify", "verify_token", "seal", "card")},
    "invitation": "same-origin",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A picture for others to show, and documents for programs wherever they run.
MADE_FOR_ELSEWHERE = ("card", "did_document", "key_set", "status_list", "credential", "badge_png", "badge_svg")
ELSEWHERE = {f"certificates:{name}": {"Cross-Origin-Resource-Policy": "cross-origin"} for name in MADE_FOR_ELSEWHERE}


def test_every_answer_carries_the_whole_set_of_headers(addresses: dict[str, Any], everyone: dict[str, Client]) -> None:
    for name, _answers in rows(READING):
        for who in ("nobody", "tess"):
            response = everyone[who].get(reverse(name, kwargs=addresses.get(name)))
            wanted = HEADERS | ELSEWHERE.get(name, {})
            assert wanted.items() <= dict(response.headers).items(), name
            assert "default-src 'none'" in response.headers["Content-Security-Policy"], name
            assert "unsafe" not in response.headers["Content-Security-Policy"], name
            camera = "camera=(self)" if name == "certificates:scan" else "camera=()"
            assert camera in response.headers["Permissions-Policy"], name
            referrer = REFERRER.get(name, "strict-origin-when-cross-origin")
            assert response.headers["Referrer-Policy"] == referrer, name
