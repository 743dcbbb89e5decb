"""Puts the modules of this folder on the path, as they are when its programs run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
