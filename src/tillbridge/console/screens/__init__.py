"""One screen per panel; each shows what services say and asks them for every change."""
