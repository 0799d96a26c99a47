"""A WooCommerce 11 shop to practise on; `woocommerce_simulator` builds one for training and tests."""

from .simulator import WooCommerceSimulator, woocommerce_simulator

__all__ = ["WooCommerceSimulator", "woocommerce_simulator"]
