#!/usr/bin/env python
"""The one door for commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A setting that is wrong is told in one line, with its name.
        sys.exit(f"Cannot start: {error}")


if __name__ == "__main__":
    main()
