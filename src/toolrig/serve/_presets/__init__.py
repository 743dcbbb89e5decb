"""The tools of the ready server under the names that models already know, one preset a module."""
