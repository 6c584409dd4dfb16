#!/usr/bin/env bash
# torchxrayvision squeezes a film whose VOI LUT has fewer bits than its pixels into the darkest part of its range.
#
# Versions:   torchxrayvision 1.5.7, pydicom 3.0.2, torch 2.14.1, torchvision 0.29.1, numpy 2.4.6
# Guess:      read_xray_dcm(film, voi_lut=True) gives a film from -1024 to 1024, black to white, as it says, whatever the
#             depth of the film's own table.
# Instead:    what comes out of the table is divided by the largest value of the stored pixels. A table from 12 to 10 bits
#             leaves a quarter of the range; a MONOCHROME1 film is then white all over, and one with a table of 14 bits is
#             refused. Signed pixels come out from -2048 to 0: only a value that is too large is looked for. A
#             window, or a table of the depth of the pixels, is right. No warning.
# Matters:    many devices send a table with other bits than the pixels (PS3.3 C.11.2.1.1 has 8 to 16). The pretrained
#             networks were made for -1024 to 1024; of such a film they see fog, and answer.
# Seen:       no table              -1024 to 1024
#             window                -1024 to 1024
#             table of 12 bits      -1024 to 1024
#             table of 10 bits      -1024 to -512
#             10 bits, MONOCHROME1  512 to 1024
#             signed pixels         -2048 to 0
#             table of 14 bits      ValueError
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    torchxrayvision==1.5.7 pydicom==3.0.2 torch==2.14.1 torchvision==0.29.1 numpy==2.4.6
cd "$dir"
cat >ranges.py <<'PY'
import numpy as np
import torchxrayvision
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

levels = np.arange(4096).reshape(64, 64)  # every level of 12 bits


def read(table=None, window=None, signed=False, kind="MONOCHROME2"):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = DigitalXRayImageStorageForPresentation, generate_uid()
    ds.Modality, ds.PhotometricInterpretation, ds.SamplesPerPixel = "DX", kind, 1
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = 64, 64, 16, 12, 11
    ds.PixelRepresentation = int(signed)
    if table:
        item = Dataset()
        item.add_new("LUTDescriptor", "US", [4096, 0, table])
        item.add_new("LUTData", "US", np.round(np.linspace(0, 2**table - 1, 4096)).astype(int).tolist())
        ds.VOILUTSequence = [item]
    if window:
        ds.WindowCenter, ds.WindowWidth = window
    ds.PixelData = (levels - 2048 * signed).astype(np.int16).tobytes()
    ds.save_as("film.dcm", enforce_file_format=True)
    try:
        image = torchxrayvision.utils.read_xray_dcm("film.dcm", voi_lut=True)
    except ValueError:
        return "ValueError"
    return f"{image.min():.0f} to {image.max():.0f}".replace("-0", "0")


FILMS = {
    "no table": {},
    "window": {"window": (2048, 1000)},
    "table of 12 bits": {"table": 12},
    "table of 10 bits": {"table": 10},
    "10 bits, MONOCHROME1": {"table": 10, "kind": "MONOCHROME1"},
    "signed pixels": {"signed": True},
    "table of 14 bits": {"table": 14},
}
for title, film in FILMS.items():
    print(title.ljust(21), read(**film))
PY
"$dir/venv/bin/python" ranges.py 2>warnings.txt | tee seen || { cat warnings.txt; exit 1; }
diff seen - <<'SEEN'
no table              -1024 to 1024
window                -1024 to 1024
table of 12 bits      -1024 to 1024
table of 10 bits      -1024 to -512
10 bits, MONOCHROME1  512 to 1024
signed pixels         -2048 to 0
table of 14 bits      ValueError
SEEN
