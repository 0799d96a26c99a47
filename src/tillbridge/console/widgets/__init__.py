"""Pieces that several screens share; they know how things look and nothing of why."""
