"""A BigCommerce store to practise on; `bigcommerce_simulator` builds one for training and tests."""

from .simulator import BigCommerceSimulator, bigcommerce_simulator

__all__ = ["BigCommerceSimulator", "bigcommerce_simulator"]
