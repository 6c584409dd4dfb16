"""How far our pictures of random DICOM files are from dcmtk's, axis by axis.

    python benchmarks/second_opinion.py [FILES]

Makes FILES files (5,000) over the axes that decide about greys, shows each with ``dcm2pnm`` and its
like, and prints a table: files, how many agree within 1 of 255, the largest difference. What dcmtk
does otherwise than the standard's letter is listed with part and section.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/support"))

from random_dicom import MISSING, WRONG, compared


def main() -> None:
    """Prints the table."""
    if MISSING:
        sys.exit(f"not on this machine (apt-get install dcmtk): {', '.join(MISSING)}")
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    version = subprocess.run(["dcm2pnm", "--version"], capture_output=True, text=True, check=True)
    print(version.stdout.splitlines()[0].strip("$ "), f"- {number} files\n")
    with tempfile.TemporaryDirectory() as folder:
        figures = compared(range(number), Path(folder))
    print(figures.table())
    for seed, words, axes in figures.failures:
        print(f"\nfile {seed}: {words}: {axes}")
    print("\nWhere dcmtk differs from the standard, or does not read:")
    for where, what in WRONG.items():
        print(f"- {where}: {what}")


if __name__ == "__main__":
    main()
