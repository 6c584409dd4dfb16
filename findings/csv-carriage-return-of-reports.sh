#!/usr/bin/env bash
# A table with a report's carriage return is not read back by pandas, Python's csv or Arrow as it was written.
#
# Versions:   Python 3.11 (csv), pandas 3.1.1, pyarrow 26.0.1
# Guess:      what pandas.to_csv or csv.writer writes with Unix line ends, read_csv reads back: a field with an end of line
#             in it is put in quotes.
# Instead:    the writer quotes a field for "\n", for its own line end, not for a lone "\r", while every reader ends a row
#             there. One row becomes two: pandas and csv go on without a word (the second has the rest of the text for its
#             image and no label), Arrow stops at the number of columns. Quoting all fields, or Arrow's own writer, keeps it.
# Matters:    HL7 ends its segments with a lone carriage return, so reports and findings that came out of a message hold
#             them. A label moves to a row of no image; counts of rows are wrong by one for each such report.
# Seen:       written by                 read by           rows  equal
#             csv.writer                 csv.reader           3  no
#             csv.writer                 pandas               3  no
#             pandas.to_csv              csv.reader           3  no
#             pandas.to_csv              pandas               3  no
#             pandas.to_csv              pyarrow              ArrowInvalid
#             pandas.to_csv, all quoted  pandas               2  yes
#             pyarrow.csv                pandas               2  yes
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1
cd "$dir"
cat >tables.py <<'PY'
import csv
import io

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

COLUMNS = ["image", "report", "effusion"]
ROWS = [["a.png", "OBX|1|TX|Heart normal.\rOBX|2|TX|No effusion.", "no"], ["b.png", "Effusion.", "yes"]]
frame = pd.DataFrame(ROWS, columns=COLUMNS)


def by_csv():
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *ROWS])
    return text.getvalue()


def by_arrow():
    sink = io.BytesIO()
    arrow_csv.write_csv(pa.Table.from_pandas(frame), sink)
    return sink.getvalue().decode()


WRITERS = {
    "csv.writer": by_csv,
    "pandas.to_csv": lambda: frame.to_csv(index=False),
    "pandas.to_csv, all quoted": lambda: frame.to_csv(index=False, quoting=csv.QUOTE_ALL),
    "pyarrow.csv": by_arrow,
}
READERS = {
    "csv.reader": lambda text: list(csv.reader(io.StringIO(text, newline="")))[1:],
    "pandas": lambda text: pd.read_csv(io.StringIO(text, newline="")).values.tolist(),
    "pyarrow": lambda text: [
        list(row.values()) for row in arrow_csv.read_csv(io.BytesIO(text.encode())).to_pylist()
    ],
}
PAIRS = [
    ("csv.writer", "csv.reader"),
    ("csv.writer", "pandas"),
    ("pandas.to_csv", "csv.reader"),
    ("pandas.to_csv", "pandas"),
    ("pandas.to_csv", "pyarrow"),
    ("pandas.to_csv, all quoted", "pandas"),
    ("pyarrow.csv", "pandas"),
]
print("written by".ljust(27) + "read by".ljust(17) + " rows  equal")
for writer, reader in PAIRS:
    try:
        rows = READERS[reader](WRITERS[writer]())
        told = f"{len(rows):5}  {'yes' if rows == ROWS else 'no'}"
    except Exception as error:
        told = f"    {type(error).__name__}"
    print(writer.ljust(27) + reader.ljust(17) + told)
PY
"$dir/venv/bin/python" tables.py | tee seen
diff seen - <<'SEEN'
written by                 read by           rows  equal
csv.writer                 csv.reader           3  no
csv.writer                 pandas               3  no
pandas.to_csv              csv.reader           3  no
pandas.to_csv              pandas               3  no
pandas.to_csv              pyarrow              ArrowInvalid
pandas.to_csv, all quoted  pandas               2  yes
pyarrow.csv                pandas               2  yes
SEEN
