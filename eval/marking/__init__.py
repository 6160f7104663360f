"""How one item fared: its rankings, facts, citations and verdict."""
