"""The terminal console: the only room that knows Textual. Sees services, domain and messages, nothing below."""
