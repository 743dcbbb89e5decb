"""Having `re` confirm lines: how long that can take, and where it is done."""
