"""Tillbridge keeps the till and the shop's online stores in step, from a terminal."""

from importlib.metadata import version

__version__ = version("tillbridge")
