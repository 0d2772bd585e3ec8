"""Django's command line for the peer: `migrate --run-syncdb` makes its tables."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peer.settings")
    execute_from_command_line(sys.argv)
