"""A form that arrived after its sender had been signed out: what of it is kept, for how long, and what it is called.

It waits in the session of the browser that sent it. Signing in keeps that session's content, under a new key.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

from allauth.core import ratelimit
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

Words = str | Promise

KEPT, LAST_PERSON = "kept_form", "last_person"  # names in the session
LONGEST = 64_000  # bytes
KEPT_FOR = 3600  # seconds
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
SECRET_FIELDS = ("password", "token", "code", "secret", "credential")
NEVER_KEPT = ("kept_form", "kept_form_removal_create")
SIGNING_IN = "accounts/"  # these pages have their own ways, and ask for secrets


class CannotKeep(Exception):
    """This one cannot wait. The message says why and what to do, and may be shown."""


@dataclass(frozen=True)
class Called:
    """What a form is called, and its fields in plain words; `readable` is whether its values mean anything to a person.

    A form with a name of its own is known to ask for no secret, whatever its fields are called.
    """

    label: Words
    fields: Mapping[str, Words] = field(default_factory=dict)
    readable: bool = True


_called: dict[str, Called] = {}


def register(view_name: str, label: Words, fields: Mapping[str, Words] | None = None, *, readable: bool = True) -> None:
    """Floors above name their forms, for the page that gives one back."""
    _called[view_name] = Called(label, fields or {}, readable)


@dataclass(frozen=True)
class Kept:
    """One form that waits."""

    path: str
    page: str  # where it was written, if the browser said so
    fields: list[list[str]]  # pairs of name and value, in the order they were sent
    left_out: list[str]
    at: int
    by: int | None  # who had been signed in here before, if that is known

    @property
    def called(self) -> Called | None:
        return _called.get(_resolved(self.path).view_name)

    @property
    def is_readable(self) -> bool:
        return self.called is None or self.called.readable

    @property
    def words(self) -> list[tuple[Words, str]]:
        """What a person may want to see again; a form of ours shows the fields it names, and no others."""
        if not self.is_readable:
            return []
        written = [(name, value) for name, value in self.fields if value.strip()]
        if self.called:
            return [(self.called.fields[name], value) for name, value in written if name in self.called.fields]
        return [(name.replace("_", " ").replace("-", " "), value) for name, value in written]

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.at + KEPT_FOR, UTC)


def is_form(request: HttpRequest) -> bool:
    """Whether a person pressed a button and waits for a page: no script's business, and none of signing in."""
    match = request.resolver_match
    return (
        request.method == "POST"
        and request.content_type in FORMS
        and "HX-Request" not in request.headers
        # A script that posts without a word on what it wants is told from a form by this: only a form asks for a page.
        and "text/html" in request.headers.get("Accept", "text/html")
        and match is not None
        and not match.route.startswith(SIGNING_IN)
        and match.view_name not in NEVER_KEPT
    )


def keep(request: HttpRequest) -> None:
    """Put the form by, in place of one that may wait already. Raises CannotKeep."""
    if request.FILES:
        raise CannotKeep(
            _("What you sent could not be kept, since it holds a file. Sign in, open the form and send it again.")
        )
    known = request.resolver_match is not None and request.resolver_match.view_name in _called
    fields, left_out = [], []
    for name, values in request.POST.lists():
        if name == "csrfmiddlewaretoken":
            continue
        if _is_secret(name, known=known):
            left_out.append(name)
        else:
            fields += [[name, str(value)] for value in values]
    path, page = request.get_full_path(), page_of(request)
    size = sum(len(words.encode()) for pair in [*fields, left_out, [path, page]] for words in pair)
    if size > LONGEST:
        raise CannotKeep(
            _("What you sent could not be kept: it is too long. Go back in your browser and copy it, then sign in.")
        )
    if not _may_write(request):
        raise CannotKeep(
            _("What you sent could not be kept just now. Go back in your browser and copy it, then sign in.")
        )
    by = request.session.get(LAST_PERSON)
    kept = Kept(path=path, page=page, fields=fields, left_out=left_out, at=round(time.time()), by=by)
    request.session[KEPT] = asdict(kept)


def _is_secret(name: str, *, known: bool) -> bool:
    words = ("password",) if known else SECRET_FIELDS
    return any(word in name.lower() for word in words)


def _may_write(request: HttpRequest) -> bool:
    """Strangers fill our sessions here, so only so often. With the store of rate limits down, the answer is no."""
    try:
        return bool(ratelimit.consume(request, action="keep_form"))
    except RedisError:
        return False


def page_of(request: HttpRequest) -> str:
    """The page of ours on which the form stood, if the browser says; else nothing."""
    here, page = f"{request.scheme}://{request.get_host()}/", request.headers.get("Referer", "")
    if not page.startswith(here):
        return ""
    path = "/" + page.removeprefix(here).partition("#")[0]
    return path if _leads_somewhere(path) and not path.startswith(reverse("kept_form")) else ""


def _resolved(path: str) -> ResolverMatch:
    return resolve(unquote(path.partition("?")[0]))


def _leads_somewhere(path: str) -> bool:
    """Whether it stays here, at a page of ours."""
    try:
        return url_has_allowed_host_and_scheme(path, allowed_hosts=None) and bool(_resolved(path))
    except Resolver404:
        return False


def look(request: HttpRequest) -> Kept | None:
    """What waits in this browser, if it still may and still leads somewhere."""
    kept = None if is_over(request.session) else _read(request.session)
    return kept if kept and _leads_somewhere(kept.path) else None


def is_over(session: SessionBase) -> bool:
    """Whether something is here that may no longer wait."""
    kept = _read(session)
    return KEPT in session and (kept is None or time.time() - kept.at >= KEPT_FOR)


def _read(session: SessionBase) -> Kept | None:
    try:
        return Kept(**session[KEPT])
    except (KeyError, TypeError):  # none, or one that an earlier edition of this file has written
        return None


def drop(session: SessionBase) -> None:
    session.pop(KEPT, None)
