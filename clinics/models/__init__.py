"""The tables of clinics: who they are, whom they watch, what they were told, and how their machines ask."""

from clinics.models.access import ApiKey, IdempotentAnswer
from clinics.models.alerts import Alert, Webhook, WebhookDelivery
from clinics.models.bulk import BulkCheck
from clinics.models.clinic import Clinic, ClinicQuerySet, LastOwner, Membership
from clinics.models.training import SiteTraining
from clinics.models.watching import WatchItem

__all__ = [
    "Alert",
    "ApiKey",
    "BulkCheck",
    "Clinic",
    "ClinicQuerySet",
    "IdempotentAnswer",
    "LastOwner",
    "Membership",
    "SiteTraining",
    "WatchItem",
    "Webhook",
    "WebhookDelivery",
]
