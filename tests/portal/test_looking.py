"""What everybody sees: the shell, its parts, the whorl, and nothing from anywhere else."""

import hashlib
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import FileSystemStorage
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from courses.whorl import dots
from portal import pages
from portal.gallery import ICONS, samples
from portal.storage import IMPORT, HashedStaticFiles, joined
from tests.conftest import ClientOf

STATIC = Path(settings.BASE_DIR) / "portal" / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
SHEETS = sorted((STATIC / "css").rglob("*.css"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
FOREIGN = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.IGNORECASE)


STANDINGS = samples()["standings"]


def drawn(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


# --- What we ship ---------------------------------------------------------------------------------
def test_every_vendored_file_is_the_one_we_looked_at() -> None:
    packages = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["package"]
    listed = {}
    for package in packages:
        assert package["integrity"].startswith("sha512-")
        assert package["licence_file"] in package["files"]
        for name, digest in package["files"].items():
            listed[VENDOR / package["name"] / package["version"] / name] = digest

    found = {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.toml"
    }
    assert found == listed


@pytest.mark.parametrize("path", [*TEMPLATES, *SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_no_page_asks_another_host_for_anything(path: Path) -> None:
    words = re.sub(r'<a [^>]*href="https?://[^"]*"', "<a ", path.read_text())  # a link is not a request

    assert not FOREIGN.findall(words)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_carries_style_or_script_of_its_own(path: Path) -> None:
    words = path.read_text()
    if "/email/" in path.as_posix():
        return

    assert not re.search(r"\sstyle\s*=", words)
    assert not re.search(r"<style\b", words)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", words)
    assert not re.search(r"hx-on|javascript:", words)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script\b[^>]*>", words))


def test_every_class_sheet_is_imported_and_every_import_exists() -> None:
    imported = {found["path"] for found in IMPORT.finditer((STATIC / "css" / "portal.css").read_text())}
    there = {path.relative_to(STATIC / "css").as_posix() for path in SHEETS} - {"portal.css"}

    assert imported == there


def test_the_stylesheet_is_served_as_one_file() -> None:
    source = FileSystemStorage(location=str(STATIC))
    paths = {f"css/{path.relative_to(STATIC / 'css').as_posix()}": (source, str(path)) for path in SHEETS}

    words = joined(paths)

    assert "@import" not in words
    assert "@layer components {" in words
    assert words.index("@layer reset, tokens, base, layouts, components, pages;") < words.index("@layer tokens {")
    assert words.count("{") == words.count("}")


def test_addresses_in_a_component_still_lead_somewhere_once_joined() -> None:
    source = FileSystemStorage(location=str(STATIC))
    paths = {f"css/{path.relative_to(STATIC / 'css').as_posix()}": (source, str(path)) for path in SHEETS}

    addresses = re.findall(r"""url\(["']?([^"')]+)""", joined(paths))

    assert addresses
    for address in addresses:
        assert address.startswith("#") or (STATIC / "css" / address).resolve().is_file(), address


def test_hashed_names_follow_our_modules_only() -> None:
    assert issubclass(HashedStaticFiles, StaticFilesStorage)
    assert HashedStaticFiles.support_js_module_import_aggregation
    assert HashedStaticFiles._js_module_import_aggregation_patterns[0] == "js/*.js"


# --- The whorl ------------------------------------------------------------------------------------
def test_the_same_seed_always_draws_the_same_whorl() -> None:
    dots.cache_clear()
    first = dots(b"maya", 760)
    dots.cache_clear()

    assert dots(b"maya", 760) == first
    digest = hashlib.sha256(repr([tuple(dot) for dot in first]).encode()).hexdigest()
    assert digest == WHORL_OF_MAYA, "certificates already printed would no longer match"


WHORL_OF_MAYA = "c9b1d7ddb8a43825237fbec956286592708026198c7e02f925f8b6dc6c2e6831"


def test_another_seed_draws_another_whorl() -> None:
    sizes = [dot.r for dot in dots(b"maya", 760)]
    others = [dot.r for dot in dots(b"mayb", 760)]

    assert sum(abs(one - other) > 0.003 for one, other in zip(sizes, others, strict=True)) > 300


@pytest.mark.parametrize("count", [1, 2, 84, 420, 760])
def test_a_whorl_stays_inside_its_circle_and_grows_outward(count: int) -> None:
    found = dots(b"seed", count)

    assert len(found) == count
    away = [(dot.x**2 + dot.y**2) ** 0.5 for dot in found]
    assert all(far + dot.r <= 1.001 for far, dot in zip(away, found, strict=True))
    assert all(far <= next_far + 0.001 for far, next_far in pairwise(away))


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_nobody_can_ask_for_a_whorl_without_end(count: int) -> None:
    with pytest.raises(ValueError, match="between 1 and"):
        dots(b"seed", count)


def test_a_whorl_half_grown_has_solid_dots_and_specks() -> None:
    half = drawn('{% whorl seed="maya" dots=420 grown=0.5 label="Half" %}')

    assert 'role="img" aria-label="Half"' in half
    assert half.count('<path class="off"') == 1
    assert half.split('class="off"')[0].count("M") == 210


def test_a_whorl_without_a_label_is_decoration() -> None:
    whole = drawn("{% whorl seed=7 dots=84 %}")

    assert 'aria-hidden="true"' in whole
    assert "off" not in whole


# --- The parts ------------------------------------------------------------------------------------
class Sample(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Once.")
    zone = forms.ChoiceField(label="Zone", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Agree")


def test_a_field_says_what_is_wrong_where_it_is() -> None:
    form = Sample({"email": "no", "zone": "a", "agree": "on"})

    field = drawn("{% field form.email %}", form=form)

    assert 'for="id_email"' in field
    assert 'aria-describedby="id_email_helptext id_email_error"' in field
    assert 'id="id_email_helptext"' in field
    assert 'id="id_email_error"' in field


def test_choices_stand_in_a_fieldset() -> None:
    assert "<fieldset" in drawn("{% field form.zone %}", form=Sample())
    assert "<legend" in drawn("{% field form.zone %}", form=Sample())


def test_the_summary_of_errors_leads_to_each_field() -> None:
    summary = render_to_string("components/error_summary.html", {"form": Sample({"email": "no"})})

    assert 'href="#id_email"' in summary
    assert "3 things to mend" in summary
    assert render_to_string("components/error_summary.html", {"form": Sample()}).strip() == ""


def test_what_a_person_wrote_is_never_markup() -> None:
    evil = "<b onclick=x>"

    for page in (
        drawn("{% card title=evil %}x{% endcard %}", evil=evil),
        drawn("{% note title=evil %}x{% endnote %}", evil=evil),
        drawn("{% whorl seed=evil dots=9 label=evil %}", evil=evil),
        drawn("{% icon evil evil %}", evil=evil),
        render_to_string("components/tag.html", {"label": evil, "tone": evil}),
        render_to_string("components/button.html", {"label": evil, "href": evil}),
        render_to_string("components/standing.html", {"standing": evil, "label": evil}),
    ):
        assert "<b onclick" not in page


@pytest.mark.parametrize("standing", STANDINGS)
def test_each_standing_has_a_shape_and_a_word_of_its_own(standing: str) -> None:
    every = {name: render_to_string("components/standing.html", {"standing": name}).strip() for name in STANDINGS}
    pictures = {name: re.findall(r"icons\.svg#([\w-]+)", page)[0] for name, page in every.items()}

    assert list(pictures.values()).count(pictures[standing]) == 1
    assert re.sub(r"<[^>]+>", "", every[standing]).strip()


def test_every_icon_named_anywhere_is_drawn() -> None:
    there = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    named |= {name for path in TEMPLATES for name in re.findall(r'icon(?:_end)?="([\w-]+)"', path.read_text())}

    assert named <= there
    assert set(ICONS) == there


# --- The pages ------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["home", "privacy", "terms", "imprint", "accessibility", "contact", "robots", "manifest", "favicon", "gallery"],
)
def test_public_pages_open_without_an_account(client: Client, name: str) -> None:
    page = client.get(reverse(name))

    assert page.status_code == 200
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.django_db
def test_the_gallery_is_closed_on_a_machine_that_serves_people(client: Client, settings: Any) -> None:
    settings.TESTING = False

    assert client.get(reverse("gallery")).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light")])
def test_a_chosen_theme_is_drawn_by_the_server(client: Client, cookie: str, theme: str) -> None:
    client.cookies["theme"] = cookie

    assert f'<html lang="en-GB" data-theme="{theme}">' in client.get(reverse("home")).text


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["auto", '"><script>', "x" * 4000])
def test_any_other_theme_follows_the_system(client: Client, cookie: str) -> None:
    client.cookies["theme"] = cookie

    assert '<html lang="en-GB">' in client.get(reverse("home")).text


def test_the_bar_offers_each_person_their_own_ways(client_of: ClientOf, client: Client, tess: User, ada: User) -> None:
    stranger = client.get(reverse("privacy")).text
    trainee = client_of(tess).get(reverse("privacy")).text
    staff = client_of(ada).get(reverse("privacy")).text

    assert reverse("account_signup") in stranger
    assert reverse("account_logout") not in stranger
    assert reverse("account_logout") in trainee
    assert reverse("admin:index") not in trainee
    assert reverse("admin:index") in staff
    assert reverse("invitations") in staff


@pytest.mark.django_db
def test_only_the_demo_academy_shows_its_mailbox(client: Client, settings: Any) -> None:
    assert reverse("demo_mail") not in client.get(reverse("privacy")).text
    settings.DEMO = True
    assert reverse("demo_mail") in client.get(reverse("privacy")).text


def test_robots_may_read_the_register() -> None:
    page = pages.robots(RequestFactory().get("/robots.txt")).text

    assert "/v/" not in page
    assert "Disallow: /admin/" in page


# --- What went wrong ------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html", "maintenance.html"])
def test_the_last_pages_need_no_database_and_no_request(name: str) -> None:
    """No database mark and no context: a query or a missing name would show here."""
    page = render_to_string(name)

    assert "<h1>" in page
    assert "<title></title>" not in page


def test_maintenance_says_when_to_come_back() -> None:
    answer = pages.maintenance(RequestFactory().get("/"))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "600"


@pytest.mark.parametrize("name", ["403.html", "404.html", "429.html"])
def test_errors_say_what_to_do_next(name: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    assert 'class="btn btn--go"' in render_to_string(name, request=request)


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_gets_our_page(client: Client) -> None:
    page = client.get("/no/such/page/")

    assert page.status_code == 404
    assert "Nothing at this address" in page.text


@pytest.mark.django_db
def test_a_form_that_grew_old_gives_the_words_back_but_no_secrets() -> None:
    request = RequestFactory().post(
        "/profile/",
        {"reason": "I mixed <b>two</b> cups", "password1": "long-secret-word", "csrfmiddlewaretoken": "abc123xyz"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    request.user = AnonymousUser()

    page = pages.csrf_failure(request)

    assert page.status_code == 403
    assert "I mixed &lt;b&gt;two&lt;/b&gt; cups" in page.text
    assert "long-secret-word" not in page.text
    assert "abc123xyz" not in page.text


@pytest.mark.django_db
def test_another_site_cannot_put_its_words_on_that_page() -> None:
    request = RequestFactory().post(
        "/profile/", {"reason": "Call this number"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    request.user = AnonymousUser()

    assert "Call this number" not in pages.csrf_failure(request).text
