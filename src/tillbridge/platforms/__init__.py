"""The only place that knows platform names: one folder each, all of the same shape, behind one contract."""
