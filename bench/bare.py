"""Makes the baseline's one table, with as many rows as the portal has certificates."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.baseline.settings")

import django

django.setup()

from django.db import connection

from bench.baseline.models import Row

ROWS = 20_000

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.bulk_create((Row(code=f"row-{number}") for number in range(ROWS)), batch_size=1000)
