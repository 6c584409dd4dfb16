#!/usr/bin/env bash
# imageio.v3.imread of one DICOM file reads another film of its folder: the one whose series has the lowest UID.
#
# Versions:   imageio 2.38.1, scikit-image 0.26.0, pydicom 3.0.2, numpy 2.4.6
# Guess:      imread("b.dcm") is the picture in b.dcm, as imageio.v2.imread("b.dcm") is.
# Instead:    under v3 the plugin searches the file's folder and all folders below it, sorts the series that it finds by
#             their UID, and gives out the first. The file named decides only where it searches. No warning. skimage.io.imread
#             reads through it. A file that is alone in its folder is read rightly.
# Matters:    three patients' films in one folder are three times the same patient's film, each under its own label. A
#             test with one file in a temporary folder never sees it.
# Seen:       v3, one folder:   a.dcm 1000  b.dcm 1000  c.dcm 1000
#             scikit-image:     a.dcm 1000  b.dcm 1000  c.dcm 1000
#             v2, one folder:   a.dcm 1000  b.dcm 2000  c.dcm 3000
#             v3, one in each:  a.dcm 1000  b.dcm 2000  c.dcm 3000
#             v3, A's film in a folder below:  c.dcm 1000
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    imageio==2.38.1 scikit-image==0.26.0 pydicom==3.0.2 numpy==2.4.6
mkdir "$dir/work"
cd "$dir/work"
"$dir/venv/bin/python" - <<'PY'
import contextlib
import io
from pathlib import Path

import imageio.v2
import imageio.v3
import numpy as np
import skimage.io
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid


def write(path, patient, level):
    path.parent.mkdir(parents=True, exist_ok=True)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.Modality = ComputedRadiographyImageStorage, "CR"
    ds.PatientID, ds.InstanceNumber = patient, 1
    ds.SOPInstanceUID, ds.StudyInstanceUID = generate_uid(), generate_uid()
    ds.SeriesInstanceUID = f"2.25.{level}"  # fixed, so that the order is the same in every run
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = np.full((8, 8), level, np.uint16).tobytes()
    ds.save_as(path, enforce_file_format=True)


def show(title, read, paths):
    with contextlib.redirect_stdout(io.StringIO()):  # the plugin shows its progress
        values = [int(read(path)[0, 0]) for path in paths]
    print(title, "  ".join(f"{path.name} {level}" for path, level in zip(paths, values)))
    return values


films = {"A": 1000, "B": 2000, "C": 3000}
together = [Path(f"together/{patient.lower()}.dcm") for patient in films]
apart = [Path(f"apart/{patient}/{patient.lower()}.dcm") for patient in films]
for paths in together, apart:
    for path, (patient, level) in zip(paths, films.items()):
        write(path, patient, level)
write(Path("ward/c.dcm"), "C", 3000)
write(Path("ward/older/a.dcm"), "A", 1000)

v2, v3 = imageio.v2.imread, imageio.v3.imread
assert show("v3, one folder:  ", v3, together) == [1000, 1000, 1000]
assert show("scikit-image:    ", skimage.io.imread, together) == [1000, 1000, 1000]
assert show("v2, one folder:  ", v2, together) == [1000, 2000, 3000]  # control
assert show("v3, one in each: ", v3, apart) == [1000, 2000, 3000]  # control
assert show("v3, A's film in a folder below: ", v3, [Path("ward/c.dcm")]) == [1000]
PY
