"""Durable work: jobs claimed under a lease, run against the platforms, settled by decisions that are values."""
