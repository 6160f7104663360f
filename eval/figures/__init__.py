"""From marks to figures with intervals, and two runs on the same items."""
