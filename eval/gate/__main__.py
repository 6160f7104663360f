"""`python -m eval.gate`."""

import sys

from eval.gate.gate import main

if __name__ == "__main__":
    sys.exit(main())
