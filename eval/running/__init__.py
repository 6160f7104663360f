"""Run a set through Sangho, item by item, into a folder that a kill leaves whole."""
