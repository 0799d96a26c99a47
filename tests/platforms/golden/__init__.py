"""Golden requests: what adapters send, written down from our own runs over made-up shops."""
