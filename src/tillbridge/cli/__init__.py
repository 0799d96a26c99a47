"""The command line: one module per noun, every verb a call of a service. ``app.main`` starts it."""
