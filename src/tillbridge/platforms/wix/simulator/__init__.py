"""A Wix site to practise on; `wix_simulator` builds one for training and tests."""

from .simulator import WixSimulator, wix_simulator

__all__ = ["WixSimulator", "wix_simulator"]
