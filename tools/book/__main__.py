"""`python -m tools.book`: see `chapters.py`."""

import sys

from .chapters import main

sys.exit(main())
