"""``python -m xraylib``: the same as the command ``xraylib``."""

import sys

from xraylib.cli import main

sys.exit(main())
