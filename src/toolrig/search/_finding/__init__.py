"""What a pattern says of the bytes of a line it matches: literals, automata, and what they cost."""
