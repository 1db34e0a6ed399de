"""Channels, teams and rules as values."""
