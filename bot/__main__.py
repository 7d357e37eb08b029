"""`python -m bot` is `rootwatch`."""

import sys

from bot.cli import main

sys.exit(main())
