"""Use cases: all that screens and the command line may ask for. Each changing call takes an Actor."""
