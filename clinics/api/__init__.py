"""The API for programs, at /api/v1/: no cookies, no pages, errors as problems."""

from clinics.api.serving import api, urls

__all__ = ["api", "urls"]
