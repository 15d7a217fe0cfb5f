"""Every page there is, by name: who looks, where, and what is done first to see it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from jobs.models import Mail
from quizzes import kinds
from quizzes.models import Item, Question
from tests.browser import papers
from tests.browser.world import COURSES, STARTER, World
from tests.cast import PASSWORD

Where = str | Callable[[World], str]
Prepare = Callable[[Window], None]


@dataclass(frozen=True)
class Page:
    name: str
    where: Where
    who: str = ""  # a person of the world; nobody: not signed in
    status: int = 200
    first: Prepare | None = None  # done once the page is open
    demo: bool = False
    template: str = ""  # a page that only trouble shows is drawn from its template

    def __str__(self) -> str:
        return self.name

    def address(self, world: World) -> str:
        return self.where if isinstance(self.where, str) else self.where(world)


def press(name: str) -> Prepare:
    return lambda window: window.get_by_role("button", name=name, exact=True).last.click()


def send_empty(window: Window) -> None:
    window.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(window.locator("[role=alert], .errors, [aria-invalid=true]").first).to_be_visible()


def forget_me(window: Window) -> None:
    """The session is gone while a form is filled in."""
    window.context.clear_cookies()
    window.locator("main form").last.evaluate("form => form.submit()")
    window.wait_for_load_state()


def sign_up(window: Window) -> None:
    window.get_by_role("textbox", name="E-mail").fill("somebody@example.com")
    window.get_by_role("textbox", name="Password").fill(PASSWORD)
    for box in window.get_by_role("checkbox").all():
        box.check()
    press("Create account")(window)
    expect(window.get_by_role("textbox", name="Code")).to_be_visible()


def ask_for_code(window: Window) -> None:
    window.get_by_role("textbox", name="E-mail").fill("rosa@example.com")
    window.locator("main form [type=submit]").first.click()
    expect(window.get_by_role("textbox", name="Code")).to_be_visible()


def half_sign_in(window: Window) -> None:
    window.get_by_role("textbox", name="E-mail").fill("ines@example.com")
    window.get_by_role("textbox", name="Password").fill(PASSWORD)
    press("Sign in")(window)
    window.wait_for_url("**/2fa/authenticate/**")


def sign_in(window: Window) -> None:
    window.get_by_role("textbox", name="E-mail").fill("rosa@example.com")
    window.get_by_role("textbox", name="Password").fill(PASSWORD)
    press("Sign in")(window)
    window.wait_for_url("**/accounts/sessions/")


def send_signed_out(window: Window) -> None:
    """The session ends, the form is sent, and what was written waits behind the sign-in."""
    window.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    press("Save")(window)
    window.get_by_role("textbox", name="E-mail").fill("rosa@example.com")
    window.get_by_role("textbox", name="Password").fill(PASSWORD)
    press("Sign in")(window)
    expect(window.get_by_role("heading", level=1)).to_have_text("Kept for you")


def show_codes(window: Window) -> None:
    window.locator("main form [type=submit]").last.click()
    expect(window.get_by_role("heading", level=1)).to_be_visible()


def wrong_password(window: Window) -> None:
    window.get_by_role("textbox", name="E-mail").fill("nobody@example.com")
    window.get_by_role("textbox", name="Password").fill(PASSWORD)
    press("Sign in")(window)
    expect(window.get_by_role("heading", level=1)).to_be_visible()


def open_menu(window: Window) -> None:
    window.locator("button.who").click()


def open_all(window: Window) -> None:
    window.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")


def answer_checks(window: Window) -> None:
    """Each knowledge check answered, by the first option of each control, and its right answer shown."""
    for check in window.locator("main section.check form").all():
        check.evaluate(FIRST_OPTIONS)
        check.locator(".check__acts button").click()
        expect(check.locator(".verdict-line")).to_be_visible()
    open_all(window)


def read_feedback(window: Window) -> None:
    press("Read the feedback, question by question")(window)
    window.wait_for_url("**/feedback/")
    open_all(window)


FIRST_OPTIONS = """form => {
  for (const control of form.querySelectorAll("input, select")) {
    if (control.type === "radio" || control.type === "checkbox") {
      if (!form.querySelector(`[name="${control.name}"]:checked`)) control.checked = true;
    } else if (control.tagName === "SELECT") control.selectedIndex ||= 1;
    else if (control.type === "text") control.value ||= "1";
  }
}"""


def choose_in_the_matrix(window: Window) -> None:
    for row in window.locator("[data-current] [role=radiogroup]").all():
        row.get_by_role("radio").last.check()


def mark_by_hand_and_key(window: Window) -> None:
    drawing = window.locator("[data-current] [data-field]")
    expect(drawing).to_be_visible()
    window.wait_for_load_state("networkidle")  # the marks of the visit before come back with the script
    while (marks := window.locator("[data-current] [data-drop]:visible")).count():  # of the visit before this one
        marks.first.click()
    drawing.click(position={"x": 100, "y": 80})
    drawing.press("Shift+ArrowDown")
    drawing.press("Enter")
    # The question that was drawn may ask for one mark only.
    expect(window.locator("[data-current] [data-said]")).to_contain_text(re.compile("Mark 2 at|No mark left"))


def answer_nothing(window: Window) -> None:
    press("Answer")(window)
    expect(window.get_by_role("alert")).to_be_visible()


def to_checked(window: Window) -> None:
    """The question whose answer was checked."""
    number = window.locator("[data-question]:has(.checked-answer)").get_attribute("data-question")
    window.goto(f"{window.url.partition('?')[0]}?q={number}")
    expect(window.locator("[data-current] .checked-answer")).to_be_visible()


def take_steps(to: int) -> Prepare:
    """Walk the case as far as this step, by the first choice each time."""

    def walk(window: Window) -> None:
        step = window.locator("[data-current] [data-walk]")
        while 0 < int(step.get_attribute("data-walk") or 0) < to:
            number = step.get_attribute("data-walk")
            step.get_by_role("radio").nth(0).check()
            step.get_by_role("button", name="Take this step").click()
            expect(step).not_to_have_attribute("data-walk", number or "")

    return walk


def step_without_network(window: Window) -> None:
    window.context.set_offline(True)
    step = window.locator("[data-current] [data-walk]")
    if step.get_by_role("radio").count():
        step.get_by_role("radio").nth(1).check()
        step.get_by_role("button", name="Take this step").click()
        expect(window.locator("[data-current] .told").last).to_contain_text("waits for the connection")


def upload_a_file(window: Window) -> None:
    content = b"%PDF-1.7\n%%EOF\n"
    chooser = window.locator("[data-current] input[type=file]")
    chooser.set_input_files({"name": "healing.pdf", "mimeType": "application/pdf", "buffer": content})
    expect(window.locator("[data-current] [data-held]")).to_be_visible()


def choose_levels(window: Window) -> None:
    for criterion in window.locator(".judging__criterion").all():
        criterion.get_by_role("radio").last.check()


def lose_network(window: Window) -> None:
    window.context.set_offline(True)
    window.locator("[data-current] [name$=-flag]").check()
    expect(papers.state(window)).to_have_text(papers.ON_DEVICE)


def taken_over(window: Window) -> None:
    other = window.context.new_page()
    with other.expect_response("**/claim/"):
        other.goto(window.url)
    other.close()
    window.locator("[data-current] [name$=-flag]").check()
    expect(window.get_by_role("dialog")).to_be_visible()


def attempt(name: str, rest: str = "") -> Where:
    return lambda world: f"{world.attempts[name].get_absolute_url()}{rest}"


def quiz(slug: str) -> Where:
    return lambda world: str(world.quiz(slug).get_absolute_url())


def checked(name: str) -> Where:
    return lambda world: f"/v/{world.certificates[name].code}/"


def kept(name: str, rest: str = "") -> Where:
    return lambda world: f"/certificates/{world.certificates[name].code}/{rest}"


def lived(name: str, rest: str = "") -> Where:
    return lambda world: f"/certificates/{getattr(world.lives, name).code}/{rest}"


def analysis(slug: str) -> Where:
    return lambda world: f"/studio/quizzes/{world.quiz(slug).pk}/results/"


def look_at(reading: str) -> Prepare:
    """The first question that the table says this of, closely."""
    return lambda window: window.get_by_role("row").filter(has_text=reading).get_by_role("link").first.click()


def judged(name: str) -> Where:
    """The written answer of a paper, as its marker sees it."""

    def where(world: World) -> str:
        item = world.attempts[name].items.get(question_version__kind="written_answer")
        return f"/studio/marking/{item.pk}/"

    return where


def to_judge(world: World) -> str:
    """An answer with a file."""
    return f"/studio/marking/{Item.objects.get(attempt__trainee=world.people['reader'], files__isnull=False).pk}/"


def question(kind: str, number: int = 0) -> Where:
    return lambda world: world.question(kind, number)


def lesson(course: str, number: int) -> str:
    slug = sorted((STARTER / course / "lessons").glob("*.yaml"))[number - 1].stem.partition("-")[2]
    return f"/courses/{course}/lessons/{slug}/"


def clinic(rest: str = "") -> Where:
    """A room of the clinic that watches."""
    return lambda world: f"/clinic/{world.watched.clinic_id}/{rest}"


def add_unknown(window: Window) -> None:
    window.get_by_role("textbox", name="Certificate numbers").fill("7KQ4-M2XD-9F3H-0W8R\nnonsense")
    press("Put on the list")(window)
    expect(window.get_by_role("alert")).to_be_visible()


def send_form_with(label: str) -> Prepare:
    """A form further down the page, sent empty."""

    def send(window: Window) -> None:
        button = window.get_by_role("button", name=label, exact=True)
        button.evaluate("button => { button.form.noValidate = true; button.form.requestSubmit() }")
        expect(window.locator("[role=alert]").first).to_be_visible()

    return send


invite_nobody = send_form_with("Send the invitation")
add_no_training = send_form_with("Add the training")

ASKED = (
    *("single_choice", "multiple_response", "true_false", "numeric", "ordering", "matching"),
    *("colour_match", "depth_band", "scenario"),
    *("matrix", "hotspot", "short_text"),
    *("branching_case", "written_answer"),
)


def draft(kind: str) -> Where:
    """The editor; of a kind that the programme does not use, the list to begin one from."""
    return lambda world: (
        world.draft(kind).get_absolute_url()
        if Question.objects.filter(current__kind=kind).exists()
        else "/studio/questions/"
    )


def start_afresh(kind: str) -> Prepare:
    def begin(window: Window) -> None:
        if "/drafts/" not in window.url:
            window.locator(".new-question select[name=kind]").select_option(kind)
            press("New question")(window)
        expect(window.get_by_role("button", name="Look over and publish")).to_be_visible()

    return begin


def empty_an_option(window: Window) -> None:
    window.locator("#options-1-text").fill("")
    press("Save and check")(window)
    expect(window.locator(".field__error").first).to_be_visible()


def publish_a_change(window: Window) -> None:
    window.locator("#stem").fill(f"{window.locator('#stem').input_value()} Choose all that apply.")
    press("Look over and publish")(window)
    expect(window.get_by_role("button", name="Publish", exact=True)).to_be_visible()


def studied(who: str, rest: str = "") -> Where:
    """Somebody's page in the studio."""
    return lambda world: f"/studio/people/{world.people[who].pk}/{rest}"


PUBLIC = [
    Page("home", "/"),
    Page("home-menu", "/", first=open_menu),
    Page("catalogue", "/courses/"),
    Page("course-anonymous", "/courses/hygiene/"),
    Page("privacy", "/privacy/"),
    Page("terms", "/terms/"),
    Page("imprint", "/imprint/"),
    Page("accessibility", "/accessibility/"),
    Page("contact", "/contact/"),
    Page("gallery", "/components/"),
    Page("404", "/nothing-here/", status=404),
    Page("403-form", "/accounts/login/", first=forget_me),
    Page("400", "/400/", template="400.html"),
    Page("403", "/403/", template="403.html"),
    Page("429", "/429/", template="429.html"),
    Page("500", "/500/", template="500.html"),
    Page("sign-in-closed", "/closed/", template="accounts/closed.html"),
    Page("maintenance", "/maintenance/", template="maintenance.html"),
]
CHECKING = [
    Page("check-form", "/v/"),
    Page("check-form-empty", "/v/?code=", status=422),
    Page("check-valid", checked("valid")),
    Page("check-soon", checked("soon")),
    Page("check-expired", checked("expired")),
    Page("check-revoked", checked("revoked")),
    Page("check-suspended", checked("suspended")),
    Page("check-superseded", checked("superseded")),
    Page("check-renewal-due", checked("due")),
    Page("check-unknown", "/v/7KQ4-M2XD-9F3H-0W8R/", status=404),
    Page("check-cannot", "/cannot-check/", template="certificates/cannot_check.html"),
    Page("achievement", lambda world: f"/achievements/{world.certificates['valid'].achievement.slug}"),
    Page("check-form-clinic", "/v/", who="clinic"),
]
ENTRANCE = [
    Page("sign-up", "/accounts/signup/"),
    Page("sign-up-empty", "/accounts/signup/", first=send_empty),
    Page("sign-up-code", "/accounts/signup/", first=sign_up),
    Page("sign-up-code-demo", "/accounts/signup/", first=sign_up, demo=True),
    Page("sign-in", "/accounts/login/"),
    Page("sign-in-wrong", "/accounts/login/", first=wrong_password),
    Page("sign-in-code", "/accounts/login/code/"),
    Page("sign-in-code-sent", "/accounts/login/code/", first=ask_for_code),
    Page("sign-in-second-factor", "/accounts/login/", first=half_sign_in),
    Page("password-reset", "/accounts/password/reset/"),
    Page("password-reset-sent", "/accounts/password/reset/", first=ask_for_code),
    Page("account-inactive", "/accounts/inactive/"),
    Page("invitation", lambda world: world.invitation),
    Page("invitation-foreign", lambda world: world.invitation, who="reader"),
    Page("invitation-unknown", "/invitations/nothing/", status=404),
    Page("demo-mail", "/demo/mail/", demo=True),
    Page("demo-letter", lambda _world: f"/demo/mail/{Mail.objects.latest('pk').pk}/", demo=True),
]
ACCOUNT = [
    Page("profile", "/profile/", who="trainee"),
    Page("kept-form", "/profile/", who="reader", first=send_signed_out),
    Page("kept-nothing", "/kept/", who="trainee"),
    Page("name-confirm", "/profile/name/", who="newcomer"),
    Page("account-email", "/accounts/email/", who="trainee"),
    Page("account-password", "/accounts/password/change/", who="trainee"),
    Page("account-again", "/accounts/reauthenticate/", who="trainee"),
    Page("sign-out", "/accounts/logout/", who="trainee"),
    Page("sessions", "/accounts/login/?next=/accounts/sessions/", first=sign_in),
    Page("security", "/accounts/2fa/", who="trainee"),
    Page("security-set-up", "/accounts/2fa/", who="instructor"),
    Page("totp-activate", "/accounts/2fa/totp/activate/", who="trainee"),
    Page("totp-deactivate", "/accounts/2fa/totp/deactivate/", who="instructor"),
    Page("recovery-codes-generate", "/accounts/2fa/recovery-codes/generate/", who="instructor"),
    Page("recovery-codes", "/accounts/2fa/recovery-codes/generate/", who="instructor", first=show_codes),
    Page("passkeys", "/accounts/2fa/webauthn/", who="trainee"),
    Page("passkey-add", "/accounts/2fa/webauthn/add/", who="trainee"),
]
STUDY = [
    Page("today-newcomer", "/today/", who="newcomer"),
    Page("today-reader", "/today/", who="reader"),
    Page("today-menu", "/today/", who="reader", first=open_menu),
    Page("today-held", "/today/", who="held"),
    Page("today-examination", "/today/", who="trainee"),
    Page("today-holder", "/today/", who="holder"),
    Page("today-instructor", "/today/", who="instructor"),
    Page("today-clinic", "/today/", who="clinic"),
    Page("catalogue-reader", "/courses/", who="reader"),
    Page("course-newcomer", "/courses/hygiene/", who="newcomer"),
    Page("course-reader", "/courses/hygiene/", who="reader"),
    Page("course-studied", "/courses/depth/", who="reader"),
    Page("course-completed", "/courses/depth/", who="holder"),
    Page("course-instructor", "/courses/colour/", who="instructor"),
    Page("search", "/search/", who="reader"),
    Page("search-found", "/search/?q=needle", who="reader"),
    Page("search-nothing", "/search/?q=zzzz", who="reader"),
    Page("lesson-instructor", lesson("hygiene", 1), who="instructor"),
    Page("lesson-to-study", lesson("hygiene", 3), who="reader"),
    *(Page(f"lesson-answered-{slug}", lesson(slug, 2), who="trainee", first=answer_checks) for slug in COURSES),
    *(
        Page(f"lesson-{slug}-{number + 1}", lesson(slug, number + 1), who="trainee")
        for slug in COURSES
        for number in range(len(list((STARTER / slug / "lessons").glob("*.yaml"))))
    ),
]
PRACTICE = [
    Page("today-practice", "/today/", who="nora"),
    Page("practice", "/practice/", who="nora"),
    Page("practice-none", "/practice/", who="newcomer"),
    Page("practice-resting", "/practice/", who="trainee"),
    Page("practice-tomorrow", "/practice/", who="pia"),
    Page("practice-question", lambda world: world.practice.sitting.get_absolute_url(), who="nora"),
    Page("practice-blank", lambda world: world.practice.sitting.get_absolute_url(), who="nora", first=answer_nothing),
    Page("practice-wrong", lambda world: world.practice.answered.get_absolute_url(), who="nora"),
    Page("practice-right", lambda world: world.practice.known.get_absolute_url(), who="pia"),
    Page("practice-end", lambda world: world.practice.done.get_absolute_url(), who="pia"),
    Page("round-result", lambda world: world.practice.round.get_result_url(), who="pia"),
    Page(
        "paper-checked", lambda world: world.practice.checked.get_absolute_url() + "?q=1", who="cheng", first=to_checked
    ),
]
QUIZZES = [
    Page("quiz-closed", quiz("hygiene"), who="reader"),
    Page("quiz-prerequisite", quiz("depth"), who="reader"),
    Page("quiz-again", quiz("hygiene"), who="failed"),
    Page("quiz-held", quiz("hygiene"), who="held"),
    Page("quiz-passed", quiz("hygiene"), who="holder"),
    Page("quiz-open", lambda world: world.attempts["open"].quiz.get_absolute_url(), who="trainee"),
    *(Page(f"paper-{kind.replace('_', '-')}", question(kind), who="trainee") for kind in ASKED),
    Page("paper-matrix-answered", question("matrix"), who="trainee", first=choose_in_the_matrix),
    Page("paper-hotspot-marked", question("hotspot"), who="trainee", first=mark_by_hand_and_key),
    Page("paper-case-offline", question("branching_case"), who="trainee", first=step_without_network),
    Page("paper-case-walked", question("branching_case"), who="trainee", first=take_steps(2)),
    Page("paper-case-ended", question("branching_case"), who="trainee", first=take_steps(9)),
    Page("paper-written-file", question("written_answer"), who="trainee", first=upload_a_file),
    Page("paper-navigator", question("single_choice"), who="trainee", first=open_all),
    Page("paper-offline", question("single_choice"), who="trainee", first=lose_network),
    Page("paper-elsewhere", question("single_choice"), who="trainee", first=taken_over),
    Page("paper-follow-up", attempt("follow_up"), who="held"),
    Page("hand-in", attempt("open", "hand-in/"), who="trainee"),
    Page("result-passed", attempt("passed", "result/"), who="holder"),
    Page("quiz-marking", lambda world: world.attempts["waiting"].quiz.get_absolute_url(), who="failed"),
    Page("hand-in-written", attempt("further", "hand-in/"), who="trainee"),
    Page("result-waiting", attempt("waiting", "result/"), who="failed"),
    Page("feedback-judged", attempt("judged", "result/"), who="held", first=read_feedback),
    Page("result-failed", attempt("failed", "result/"), who="failed"),
    Page("result-held", attempt("held", "result/"), who="held"),
    Page(
        "feedback-failed",
        attempt("failed", "result/"),
        who="failed",
        first=read_feedback,
    ),
    Page(
        "feedback-passed",
        attempt("passed", "result/"),
        who="holder",
        first=read_feedback,
    ),
]
CERTIFICATES = [
    Page("certificates-none", "/certificates/", who="newcomer"),
    Page("certificates", "/certificates/", who="holder"),
    Page("certificate", kept("valid"), who="holder"),
    Page("certificate-revoked", kept("revoked"), who="trainee"),
    Page("certificate-staff", kept("valid"), who="staff"),
    Page("revocation", kept("valid", "revocation/"), who="staff"),
    Page("revocation-empty", kept("valid", "revocation/"), who="staff", first=send_empty),
    Page("invitations", "/invitations/", who="staff"),
    Page("invitations-empty", "/invitations/", who="staff", first=send_empty),
]
LIVES = [
    Page("certificate-ending", lived("ending"), who="lived"),
    Page("certificate-reviewed", lived("reviewed"), who="lived"),
    Page("certificate-older", lived("older"), who="lived"),
    Page("certificate-newer", lived("newer"), who="lived"),
    Page("certificate-asked", lambda w: w.lives.asked.certificate.get_absolute_url(), who="lived"),
    Page("certificate-refused", lambda w: w.lives.refused.certificate.get_absolute_url(), who="lived"),
    Page("certificate-reviewed-staff", lived("reviewed"), who="staff"),
    Page("history", lived("reviewed", "history/"), who="lived"),
    Page("history-staff", lived("reviewed", "history/"), who="staff"),
    Page("suspension", lived("ending", "suspension/"), who="staff"),
    Page("suspension-empty", lived("ending", "suspension/"), who="staff", first=send_empty),
    Page("reinstatement", lived("reviewed", "reinstatement/"), who="staff"),
    Page("reissue", lived("ending", "reissue/"), who="staff"),
    Page("reissue-empty", lived("ending", "reissue/"), who="staff", first=send_empty),
    Page("name-ask", lived("ending", "name/"), who="lived"),
    Page("name-ask-empty", lived("ending", "name/"), who="lived", first=send_empty),
    Page("names", "/certificates/names/", who="staff"),
    Page("name", lambda w: w.lives.asked.get_absolute_url(), who="staff"),
    Page("name-empty", lambda w: w.lives.asked.get_absolute_url(), who="staff", first=send_empty),
    Page("name-decided", lambda w: w.lives.refused.get_absolute_url(), who="staff"),
]
PEOPLE = [
    Page("people", "/studio/people/", who="instructor"),
    Page("people-none", "/studio/people/?q=nobody-like-this", who="instructor"),
    Page("person", studied("failed"), who="instructor"),
    Page("person-running", studied("trainee"), who="staff"),
    Page("accommodation", studied("failed", "accommodations/"), who="instructor"),
    Page("accommodation-empty", studied("failed", "accommodations/"), who="instructor", first=send_empty),
    Page("accommodation-end", lambda world: f"/studio/accommodations/{world.granted.pk}/ending/", who="instructor"),
    Page("quiz-granted", quiz("hygiene"), who="failed"),
]
STUDIO = [
    Page("studio", "/studio/", who="instructor"),
    Page("questions", "/studio/questions/", who="instructor"),
    Page("questions-none", "/studio/questions/?q=nothing-like-this", who="instructor"),
    Page("question", lambda world: f"/studio/questions/{world.asked('matching').pk}/", who="instructor"),
    *(
        Page(f"draft-{kind.name.replace('_', '-')}", draft(kind.name), who="instructor", first=start_afresh(kind.name))
        for kind in kinds.all_kinds()
    ),
    Page("draft-wrong", draft("single_choice"), who="instructor", first=empty_an_option),
    Page("publication", draft("multiple_response"), who="instructor", first=publish_a_change),
    Page("marking", "/studio/marking/", who="staff"),
    Page("judgement", judged("waiting"), who="staff"),
    Page("judgement-chosen", judged("waiting"), who="staff", first=choose_levels),
    Page("judgement-file", to_judge, who="instructor"),
    Page("judgement-empty", judged("waiting"), who="staff", first=send_empty),
    Page("analysis", analysis("depth"), who="instructor", first=open_all),
    Page("analysis-easy", analysis("depth"), who="instructor", first=look_at("Very easy")),
    Page("analysis-few", analysis("depth"), who="instructor", first=look_at("too few to judge")),
    Page("analysis-waiting", analysis("hygiene"), who="instructor"),
    Page("analysis-nothing", analysis("further"), who="staff"),
]
CORRECTIONS = [
    Page("regrades", "/studio/regrades/", who="instructor"),
    Page("regrade-ask", lambda w: f"/studio/questions/{w.corrections.nothing.pk}/regrades/", who="instructor"),
    Page(
        "regrade-ask-empty",
        lambda w: f"/studio/questions/{w.corrections.nothing.pk}/regrades/",
        who="instructor",
        first=send_empty,
    ),
    Page("regrade-dry", lambda w: w.corrections.waiting.get_absolute_url(), who="instructor"),
    Page("regrade-to-approve", lambda w: w.corrections.waiting.get_absolute_url(), who="staff"),
    Page("regrade-approved", lambda w: w.corrections.approved.get_absolute_url(), who="staff"),
    Page("regrade-applied", lambda w: w.corrections.applied.get_absolute_url(), who="instructor"),
    Page("records", lambda w: f"/studio/quizzes/{w.corrections.attempt.quiz_id}/papers/", who="instructor"),
    Page("records-none", lambda w: f"/studio/quizzes/{w.corrections.attempt.quiz_id}/papers/?q=zzz", who="instructor"),
    Page("record", lambda w: f"/studio/attempts/{w.corrections.attempt.pk}/", who="instructor"),
    Page("decisions", "/certificates/decisions/", who="staff"),
    Page("decision", lambda w: w.corrections.decision.get_absolute_url(), who="staff"),
    Page("decision-empty", lambda w: w.corrections.decision.get_absolute_url(), who="staff", first=send_empty),
    Page("decision-made", lambda w: w.corrections.decided.get_absolute_url(), who="staff"),
    Page("result-corrected", lambda w: w.corrections.attempt.get_result_url(), who="corrected"),
]
CLINICS = [
    Page("clinic-choice", "/clinic/", who="owner"),
    Page("clinic-staff", clinic(), who="clinic"),
    Page("clinic-staff-now", clinic("?only=now"), who="clinic"),
    Page("clinic-staff-nobody", clinic("?q=nobody-like-this"), who="clinic"),
    Page("clinic-staff-empty", lambda w: f"/clinic/{w.people['owner'].clinics.get(place='Whitby').pk}/", who="owner"),
    Page("clinic-add", clinic("staff/new/"), who="clinic"),
    Page("clinic-add-empty", clinic("staff/new/"), who="clinic", first=send_empty),
    Page("clinic-add-unknown", clinic("staff/new/"), who="clinic", first=add_unknown),
    Page("clinic-item", lambda w: f"/clinic/{w.watched.clinic_id}/staff/{w.watched.pk}/", who="clinic"),
    Page("clinic-alerts", clinic("alerts/"), who="clinic"),
    Page("clinic-webhook", clinic("alerts/webhook/"), who="owner"),
    Page("clinic-webhook-secret", clinic("alerts/webhook/"), who="owner", first=press("Save with a new secret")),
    Page("clinic-members", clinic("members/"), who="owner"),
    Page("clinic-members-read", clinic("members/"), who="clinic"),
    Page("clinic-members-empty", clinic("members/"), who="owner", first=invite_nobody),
    Page("clinic-records", clinic("records/"), who="clinic"),
    Page("clinic-record", lambda w: f"/clinic/{w.watched.clinic_id}/records/{w.watched.pk}/", who="clinic"),
    Page(
        "clinic-record-empty",
        lambda w: f"/clinic/{w.watched.clinic_id}/records/{w.watched.pk}/",
        who="clinic",
        first=add_no_training,
    ),
    Page("clinic-bulk", clinic("checks/"), who="clinic"),
    Page("clinic-bulk-empty", clinic("checks/"), who="clinic", first=send_empty),
    Page("clinic-bulk-check", lambda w: f"/clinic/{w.watched.clinic_id}/checks/{w.checked.pk}/", who="clinic"),
    Page("clinic-keys", clinic("keys/"), who="owner"),
    Page("clinic-keys-empty", clinic("keys/"), who="owner", first=send_empty),
    Page("clinic-key-end", lambda w: f"/clinic/{w.watched.clinic_id}/keys/{w.api_key.pk}/removal/", who="owner"),
    Page("watched", "/watched/", who="holder"),
    Page("watched-none", "/watched/", who="newcomer"),
    Page("refusal", lambda w: f"/watched/{w.watched.pk}/refusal/", who="holder"),
]
PAGES = [
    *PUBLIC,
    *CHECKING,
    *ENTRANCE,
    *ACCOUNT,
    *STUDY,
    *PRACTICE,
    *QUIZZES,
    *LIVES,
    *PEOPLE,
    *STUDIO,
    *CORRECTIONS,
    *CERTIFICATES,
    *CLINICS,
]
