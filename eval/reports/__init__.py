"""A run, or two, as one page or as Markdown."""
