"""The command line: ``toolrig COMMAND``."""

from toolrig.cli._main import main as main

__all__ = ["main"]
