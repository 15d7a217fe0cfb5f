"""One table with one index."""

from django.db import models


class Row(models.Model):
    code = models.CharField(max_length=20, unique=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code
