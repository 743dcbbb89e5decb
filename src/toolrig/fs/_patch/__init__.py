"""Patches: understood as text, carried out on the texts of files, and brought to the disk."""
