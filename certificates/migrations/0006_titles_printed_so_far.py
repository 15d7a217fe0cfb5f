"""The titles of the certificates there are, as they would have been written down on the way."""

import json

from django.db import migrations


def write_down(apps, schema_editor):
    Certificate = apps.get_model("certificates", "Certificate")
    AchievementTitle = apps.get_model("certificates", "AchievementTitle")
    issued = Certificate.objects.order_by("achievement_id", "issued_on", "pk")
    rows, newest = {}, None
    for achievement, day, snapshot in issued.values_list("achievement_id", "issued_on", "snapshot").iterator():
        title = json.loads(snapshot)["achievement"]["title"]
        key = (achievement, title, day)
        if newest != key[:2] and key not in rows:
            rows[key] = AchievementTitle(achievement_id=achievement, title=title, since=day)
            newest = key[:2]
    AchievementTitle.objects.bulk_create(rows.values())


class Migration(migrations.Migration):

    dependencies = [
        ("certificates", "0005_titles_as_printed"),
    ]

    operations = [
        migrations.RunPython(write_down, migrations.RunPython.noop),
    ]
