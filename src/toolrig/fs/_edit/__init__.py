"""Replacing exact texts in files."""
