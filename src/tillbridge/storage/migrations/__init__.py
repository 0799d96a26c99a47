"""Steps that bring a database up to date, in order of their numbers. Never changed once released."""
