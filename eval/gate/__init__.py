"""Hold the golden dev set against the baseline, item by item."""
