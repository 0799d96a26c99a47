"""Questions and cards over a screen: confirm, choose, ask, error, help, pay."""
