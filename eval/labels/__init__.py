"""The golden set's labels, checked mechanically."""
