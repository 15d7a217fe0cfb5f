"""What is looked after at every sweep: sessions that ended are cleared away."""

from importlib import import_module

from django.conf import settings
from django.core.cache import cache

from jobs.running import sweeper

HOURLY = 3600


@sweeper
def clear_ended_sessions() -> None:
    """Once an hour, whoever sweeps first. Some hold a form that waited for its sender; none is needed any more."""
    if cache.add("sessions-cleared", True, HOURLY):
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
