"""`python -m eval.labels`."""

import sys

from eval.labels.check import main

if __name__ == "__main__":
    sys.exit(main())
