"""Wires the floors together. The worker is imported here, so that every process knows its broker."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
