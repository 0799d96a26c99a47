"""A Squarespace site to practise on; `squarespace_simulator` builds one for training and tests."""

from .simulator import (
    SquarespaceOauthSimulator,
    SquarespaceSimulator,
    squarespace_oauth_simulator,
    squarespace_simulator,
)

__all__ = [
    "SquarespaceOauthSimulator",
    "SquarespaceSimulator",
    "squarespace_oauth_simulator",
    "squarespace_simulator",
]
