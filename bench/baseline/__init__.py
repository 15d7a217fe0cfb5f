"""A bare Django project: no middleware, no sessions, one table. What our pages are measured against."""
