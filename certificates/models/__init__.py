"""The tables of certificates: what was earned, what became of it, and what proves it."""

from certificates.models.achievement import Achievement, AchievementQuerySet, AchievementTitle
from certificates.models.certificate import (
    EXPIRES_SOON,
    FILE_COLUMNS,
    Certificate,
    CertificateQuerySet,
    Condition,
    Standing,
)
from certificates.models.correction import NameCorrection
from certificates.models.decision import CertificateDecision
from certificates.models.keys import CertificateRevocationList, IssuerKey, Purpose
from certificates.models.life import Revocation, Supersession, Suspension
from certificates.models.register import CertificateEvent, RegisterLink
from certificates.models.status import ListPurpose, StatusEntry, StatusListPublication

__all__ = [
    "EXPIRES_SOON",
    "FILE_COLUMNS",
    "Achievement",
    "AchievementQuerySet",
    "AchievementTitle",
    "Certificate",
    "CertificateDecision",
    "CertificateEvent",
    "CertificateQuerySet",
    "CertificateRevocationList",
    "Condition",
    "IssuerKey",
    "ListPurpose",
    "NameCorrection",
    "Purpose",
    "RegisterLink",
    "Revocation",
    "Standing",
    "StatusEntry",
    "StatusListPublication",
    "Supersession",
    "Suspension",
]
