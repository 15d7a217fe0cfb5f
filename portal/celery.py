"""The worker's side: it hears hints and sweeps; what is due stands in the job table."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_ready

from jobs import broker  # noqa: F401  makes the embedded broker known

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["jobs"])


@app.on_after_configure.connect
def make_folders(sender: Celery, **_: object) -> None:
    """The embedded broker is a folder, which has to be there for web and worker alike."""
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := sender.conf.broker_transport_options.get(name):
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)


@worker_ready.connect
def look_around(**_: object) -> None:
    """What was left lying while no worker ran is found at once, not at the first sweep."""
    from jobs.running import sweep

    sweep()
