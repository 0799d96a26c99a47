"""A Sylius 2 shop to practise on; `sylius_simulator` builds one for training and tests."""

from .simulator import SyliusSimulator, sylius_simulator

__all__ = ["SyliusSimulator", "sylius_simulator"]
