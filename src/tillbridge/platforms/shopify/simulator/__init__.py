"""A Shopify shop to practise on; ``shopify_simulator`` builds one for training and tests."""

from .simulator import ShopifySimulator, shopify_simulator

__all__ = ["ShopifySimulator", "shopify_simulator"]
