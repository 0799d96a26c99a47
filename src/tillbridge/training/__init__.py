"""The classroom: what pretended platforms are built from. It knows no platform and none of the console's words."""
