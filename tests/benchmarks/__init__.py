"""Ratios against a floor or a peer in the same run. Run by ``make bench``; never part of the suite."""
