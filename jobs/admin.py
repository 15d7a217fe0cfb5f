"""What staff see of work and letters: what waits, what failed, what can be tried again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.final import HistoryAdmin
from jobs.models import Job, Mail


@admin.register(Job)
class JobAdmin(HistoryAdmin):
    list_display = ["kind", "key", "state", "tries", "due_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["key"]
    actions = ["try_again"]

    @admin.action(description=_("Try again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            job.retry()


@admin.register(Mail)
class MailAdmin(HistoryAdmin):
    list_display = ["subject", "to", "kind", "state", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    search_fields = ["to", "subject"]
    exclude = ["text", "html"]  # letters may hold codes
