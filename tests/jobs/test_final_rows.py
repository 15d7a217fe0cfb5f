"""What is final is kept so by the database, whatever code asks."""

import pytest
from django.db import connection

from jobs import final

pytestmark = pytest.mark.django_db


def test_every_protected_table_has_its_triggers() -> None:
    wanted = {name for row in final.protected() for name in row.names}

    assert wanted
    assert final.installed(connection) == wanted


def test_installing_twice_changes_nothing() -> None:
    final.install(connection)

    assert final.installed(connection) == {name for row in final.protected() for name in row.names}


# Table -> the columns that may still change. Taking one out, or letting more change, is a decision to be made here too.
WRITTEN_ONCE = {
    "accounts.Agreement": set(),
    "certificates.AchievementTitle": set(),
    "certificates.Certificate": {
        "credential_text", "credential_sha256", "credential_kid", "token", "seal_fingerprint", "pdf_sha256", "pdf_key",
        "pdf_size", "drawn_at",
    },
    "certificates.CertificateDecision": {"decision", "decided_by_id", "decided_at", "why"},
    "certificates.CertificateEvent": set(),
    "certificates.IssuerKey": {"active_from", "retired_at", "compromised_at", "why"},
    "certificates.NameCorrection": {"decision", "decided_by_id", "decided_at", "why"},
    "certificates.RegisterLink": set(),
    "certificates.Revocation": set(),
    "certificates.StatusEntry": set(),
    "certificates.Supersession": {"is_shared"},
    "certificates.Suspension": {"reinstated_by_id", "reinstated_at", "why_reinstated"},
    "courses.Completion": set(),
    "courses.LessonVersion": set(),
    "courses.ProgrammeCompletion": set(),
    "courses.Review": set(),
    "courses.Studied": set(),
    "quizzes.Attempt": {
        "state", "deadline_at", "hard_deadline_at", "submitted_at", "closed_by", "writer_epoch", "saved_at",
        "read_outs",
    },
    "quizzes.CountedAnswer": set(),
    "quizzes.FeedbackOpened": set(),
    "quizzes.Item": set(),
    "quizzes.ItemCheck": set(),
    "quizzes.Marking": set(),
    "quizzes.PracticeAnswer": set(),
    "quizzes.PracticeEase": set(),
    "quizzes.PracticeSitting": set(),
    "quizzes.QuestionVersion": set(),
    "quizzes.QuizVersion": set(),
    "quizzes.Regrade": {"state", "looked_at", "approved_by_id", "approved_at", "begun_at", "applied_at"},
    "quizzes.RegradeChange": {
        "result_rev", "before_mark", "after_mark", "before_critical", "after_critical", "counted", "kept", "unreadable",
        "before_percent", "after_percent", "before_passed", "after_passed", "before_missed", "after_missed", "changes",
        "moved", "applied_at",
    },
    "quizzes.RegradeStep": set(),
    "quizzes.ResponseEvent": set(),
    "quizzes.Result": set(),
    "quizzes.Voiding": set(),
}  # fmt: skip

# Those whose last columns close, too, once this one is set.
UNTIL = {
    "certificates.Certificate": "drawn_at",
    "certificates.CertificateDecision": "decided_at",
    "certificates.NameCorrection": "decided_at",
    "certificates.Suspension": "reinstated_at",
    "quizzes.Regrade": "applied_at",
    "quizzes.RegradeChange": "applied_at",
}


def test_what_is_history_is_written_once_and_never_deleted() -> None:
    protected = {row.model._meta.label: row for row in final.protected()}

    assert {label: set(row.update) for label, row in protected.items() if label in WRITTEN_ONCE} == WRITTEN_ONCE
    assert not [label for label in WRITTEN_ONCE if protected[label].delete]
    assert {label: row.until for label, row in protected.items() if row.until} == UNTIL
