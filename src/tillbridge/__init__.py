"""Tillbridge keeps the till and the shop's online stores in step, from a terminal."""

__version__: str


def __getattr__(name: str) -> str:
    """The version is read when it is asked for: finding it takes longer than a frame."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  kept off the first frame

        return version("tillbridge")
    raise AttributeError(name)
