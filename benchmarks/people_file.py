"""`python -m benchmarks.people_file --rows 1000000 > people.csv`: a file for `idp user import`, the
same one every time. Nobody can sign in.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence

from benchmarks.scale import values

_COLUMNS = ("email", "name", "email_verified", "language", "password_hash")
_NO_HASH = "$2b$12$" + "." * 53


def main(arguments: Sequence[str] | None = None) -> int:
    """Rows to standard output."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people_file", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    told = parser.parse_args(arguments)
    written = csv.writer(sys.stdout, lineterminator="\n")
    written.writerow(_COLUMNS)
    for number in range(told.rows):
        person = values.address(number), values.name(number)
        written.writerow((*person, "true", ("en", "de", "vi")[number % 3], _NO_HASH))
    return 0


if __name__ == "__main__":
    sys.exit(main())
