"""The checks of the tree's style, and the tests of those checks and of the suite's counting."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import report  # noqa: E402

if __name__ == '__main__':
    sys.exit(report.main(HERE, __doc__))
