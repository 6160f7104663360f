"""Sets of questions and claims besides the golden one: a user's own, and public ones."""
