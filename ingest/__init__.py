"""Files in, index out. Imports nothing of ours."""
