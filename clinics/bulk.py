"""Many certificates at once: the rows a clinic pastes or uploads, read, and answered in a fixed number of queries."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from io import StringIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates.checking import Answer, answer_of
from certificates.codes import LENGTH, grouped, is_well_formed, normalise
from certificates.models import Certificate, Standing
from certificates.tokens import told_alike
from clinics.currency import tell_of_each_other
from clinics.models.bulk import MOST_ROWS

LARGEST_FILE = 1_000_000  # bytes; five hundred rows of any length we take are far less
LONGEST_CELL = 200  # characters
MOST_PROBLEMS = 8  # told at once: a file that is all wrong is wrong in one way
CODE_COLUMNS = {"code", "certificate", "certificate code", "certificate number", "number"}
NAME_COLUMNS = {"name", "holder", "holder name", "full name"}

ADDRESS = re.compile(r"^.*/v/([^/?#]+).*$", re.IGNORECASE)  # what a QR code holds
CODE_THEN_NAME = re.compile(r"^\s*((?:[0-9A-Za-z][ \-\u2010-\u2015]?){15}[0-9A-Za-z])\s+(\S.*)$")
SEPARATORS = re.compile(r"[,;\t]")


class NotReadable(Exception):
    """What was sent is no list of codes. `problems` are sentences for whoever sent it."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


class NameMatch(StrEnum):
    MATCH = "match"
    NO_MATCH = "no_match"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Asked:
    """One row as it was sent."""

    line: int
    typed: str
    name: str = ""


@dataclass(frozen=True)
class Answered:
    """One row and what the register says of it; `answer` is None for what it does not have."""

    asked: Asked
    code: str  # as the register spells it, or what came closest
    answer: Answer | None
    name_match: NameMatch

    @property
    def state(self) -> str:
        return self.answer.state if self.answer else "unknown"


# --- Reading --------------------------------------------------------------------------------------
def read_paste(text: str) -> list[Asked]:
    """A code on each line, and after it, if a name is to be compared, that name."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _counted([_asked(number, *_divided(line)) for number, line in enumerate(lines, start=1) if line.strip()])


def read_csv(content: bytes) -> list[Asked]:
    """Codes in the first column and names in the second, or wherever a first line says that they are."""
    if len(content) > LARGEST_FILE:
        raise NotReadable(
            _("The file is larger than a list of %(most)s codes can be. Send the codes alone.") % {"most": MOST_ROWS}
        )
    text = _decoded(content)
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise NotReadable(
            _("Line %(line)s cannot be read: a quotation mark is opened and not closed, or stands in the wrong place.")
            % {"line": reader.line_num}
        ) from error
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        raise NotReadable(_("The file has no codes in it."))
    code_at, name_at, has_header = _columns(lines[0][1])
    rows, problems = [], []
    for number, cells in lines[1:] if has_header else lines:
        if not has_header and len(cells) > 2:
            problems.append(
                _("Line %(line)s has %(count)s columns. Without a first line that names them we read two: code, name.")
                % {"line": number, "count": len(cells)}
            )
            continue
        typed = cells[code_at] if code_at < len(cells) else ""
        name = cells[name_at] if name_at is not None and name_at < len(cells) else ""
        rows.append((number, typed, name))
    if problems:
        raise NotReadable(*_first(problems))
    asked = _counted([_asked(*row) for row in rows])
    if not has_header and all(len(code_in(row.typed)) != LENGTH for row in asked):
        # A list of something else: five hundred times “not in the register” would help nobody.
        raise NotReadable(
            _("No line begins with a certificate number, which has 16 letters and digits."),
            _("Put the numbers first, or a first line that says “code” over them."),
        )
    return asked


def _first(problems: list[str]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    rest = ngettext("And %(count)s more line like these.", "And %(count)s more lines like these.", more)
    return [*problems[:MOST_PROBLEMS], rest % {"count": more}]


def _counted(rows: list[Asked]) -> list[Asked]:
    if not rows:
        raise NotReadable(_("There is no code to check yet. Write one on each line."))
    if len(rows) > MOST_ROWS:
        raise NotReadable(
            _("These are %(count)s rows. We check up to %(most)s at a time: split the list and send the parts.")
            % {"count": f"{len(rows):,}", "most": MOST_ROWS}
        )
    if problems := [_("Line %(line)s has no code.") % {"line": row.line} for row in rows if not row.typed]:
        raise NotReadable(*_first(problems))
    if problems := [
        _("Line %(line)s is longer than a code and a name.") % {"line": row.line}
        for row in rows
        if max(len(row.typed), len(row.name)) > LONGEST_CELL
    ]:
        raise NotReadable(*_first(problems))
    return rows


def _asked(line: int, typed: str, name: str = "") -> Asked:
    # What no database and no table takes; a name is compared without it.
    return Asked(line, typed.replace("\0", "").strip(), name.replace("\0", "").strip())


def _divided(line: str) -> tuple[str, str]:
    """A pasted line: what stands before the first separator, or before a name that follows a whole code."""
    if SEPARATORS.search(line):
        typed, name = SEPARATORS.split(line, maxsplit=1)
        return typed, SEPARATORS.split(name, maxsplit=1)[0].strip().strip('"') if "\t" in line else name.strip('" ')
    whole = CODE_THEN_NAME.match(line)
    return (whole[1], whole[2]) if whole else (line, "")


def _decoded(content: bytes) -> str:
    save_as = _("Save the list as “CSV UTF-8” and send that file.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable(_("The file is written in UTF-16."), save_as)
    if b"\0" in content:
        raise NotReadable(_("This is not a text file."), save_as)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotReadable(
            _("Line %(line)s has letters that are not written in UTF-8.") % {"line": line}, save_as
        ) from error


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _columns(first: Sequence[str]) -> tuple[int, int | None, bool]:
    """Where codes and names stand, and whether the first line said so."""
    called = [cell.lower() for cell in first]
    code_at = next((at for at, cell in enumerate(called) if cell in CODE_COLUMNS), None)
    name_at = next((at for at, cell in enumerate(called) if cell in NAME_COLUMNS), None)
    if code_at is not None:
        return code_at, name_at, True
    if name_at is not None or len(first) > 2:
        raise NotReadable(
            _("No column is called “code”. The first line must say “code” over the codes, and “name” over the names.")
        )
    return 0, 1, False


# --- Answering ------------------------------------------------------------------------------------
def code_in(typed: str) -> str:
    """The code somebody meant: typed as they like, or inside the address that a QR code holds."""
    address = ADDRESS.match(typed)
    return normalise(address[1] if address else typed)


def check(rows: Iterable[Asked]) -> list[Answered]:
    """What the register says of each row, in the order asked. Three queries at most, for one row or for all."""
    asked = [(row, code_in(row.typed)) for row in rows]
    answers = look_up_all({code for _row, code in asked})
    return [Answered(row, grouped(code), answers.get(code), _compared(row, answers.get(code))) for row, code in asked]


def look_up_all(codes: Iterable[str]) -> dict[str, Answer]:
    """The same answers as one look-up after the other would give, by code. Codes unknown here are left out."""
    sound = {code for code in codes if is_well_formed(code)}
    if not sound:
        return {}
    found = list(Certificate.objects.to_show().select_related("status_entry").filter(code__in=sound))
    tell_of_each_other(found)
    newer = _newer(found)
    answers = {}
    for certificate in found:
        if certificate.standing is Standing.EXPIRED:
            since = certificate.expires_on + timedelta(days=1)
            answers[certificate.code] = Answer(
                certificate, Standing.EXPIRED, since=since, newer=newer.get(certificate.pk)
            )
        else:
            answers[certificate.code] = answer_of(certificate)
    return answers


def _newer(found: Sequence[Certificate]) -> dict[int, Certificate]:
    """The newest of the same award, for those that expired."""
    expired = [certificate for certificate in found if certificate.standing is Standing.EXPIRED]
    if not expired:
        return {}
    ever = Certificate.objects.filter(
        holder__in={certificate.holder_id for certificate in expired},
        achievement__in={certificate.achievement_id for certificate in expired},
    ).order_by("cycle", "edition")
    newest = {(each.holder_id, each.achievement_id): each for each in ever}  # the last one stays
    return {
        certificate.pk: latest
        for certificate in expired
        if (latest := newest[certificate.holder_id, certificate.achievement_id]).cycle > certificate.cycle
    }


def _compared(row: Asked, answer: Answer | None) -> NameMatch:
    if not row.name or answer is None:
        return NameMatch.NOT_ASKED
    certified = answer.certificate.statement["holder"]["name"]
    return NameMatch.MATCH if told_alike(row.name) == told_alike(certified) else NameMatch.NO_MATCH
