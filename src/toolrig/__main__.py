"""``python -m toolrig``."""

import sys

from toolrig.cli import main

sys.exit(main())
