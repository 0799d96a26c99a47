"""What an installed Tillbridge carries with it."""
