"""A Magento Open Source 2.4.7 shop to practise on; `magento_simulator` builds one for training and tests."""

from .simulator import MagentoSimulator, magento_simulator

__all__ = ["MagentoSimulator", "magento_simulator"]
