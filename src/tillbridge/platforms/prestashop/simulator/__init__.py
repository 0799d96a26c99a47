"""A PrestaShop 8 shop to practise on; `prestashop_simulator` builds one for training and tests."""

from .simulator import PrestaShopSimulator, prestashop_simulator

__all__ = ["PrestaShopSimulator", "prestashop_simulator"]
