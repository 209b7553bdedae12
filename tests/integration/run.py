"""The integration tests: they start the built program (VAETTIR_PROGRAM, else build/dev) and talk to it from outside."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import report  # noqa: E402

if __name__ == '__main__':
    sys.exit(report.main(HERE, __doc__))
