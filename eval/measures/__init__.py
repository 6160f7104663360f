"""Single measures: of checks on a split, and of a judge by itself."""
