#!/usr/bin/env bash
# deid's pixel cleaner leaves the header of another layout of colours: a picture comes out scrambled or in other colours.
#
# Versions:   deid 0.4.13, pydicom 3.0.2, numpy 2.4.6
# Guess:      blanking a rectangle over burned-in letters changes the rectangle and nothing else.
# Instead:    that holds for grey pictures and for RGB by pixel. DicomCleaner takes what pydicom decodes (RGB by pixel) and
#             writes it, while Planar Configuration 1 and Photometric Interpretation YBR_FULL stay in the header. So a picture
#             stored by plane is read as three planes that it is not, and the rectangle's zeros lie in strips over it;
#             YBR_FULL is converted a second time: other colours everywhere, and the rectangle is green.
# Matters:    secondary captures and coloured screenshots of radiographs are what is cleaned by this way, and are often stored
#             so. They read without an error, so a data set of them is learned from; Burned In Annotation is still YES, too.
# Seen:       values that changed outside of the rectangle:
#               grey 0 of 39    RGB by pixel 0 of 117    RGB by plane 115 of 117    YBR_FULL 117 of 117
#             YBR_FULL 150, 100, 160: as RGB before (195, 137, 100), after (156, 212, 211), in the rectangle (0, 135, 0)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    deid==0.4.13 matplotlib==3.10.7 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
from pathlib import Path

import numpy as np
import pydicom
from deid.dicom import DicomCleaner
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

RULES = """FORMAT dicom

%filter graylist

LABEL letters
contains Manufacturer ACME
  coordinates 1,2,4,5
"""
Path("rules.deid").write_text(RULES)
Path("cleaned").mkdir()
INSIDE = np.zeros((6, 8), bool)
INSIDE[2:5, 1:4] = True  # coordinates are left, top, right, bottom


def changed(name, pixels, kind, planar=None):
    """Clean a picture; the share of values outside of the rectangle that are others, as RGB or grey."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Modality, ds.Manufacturer, ds.BurnedInAnnotation = "OT", "ACME", "YES"
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3 if pixels.ndim == 3 else 1), kind
    if pixels.ndim == 3:
        ds.PlanarConfiguration = planar
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    stored = pixels.transpose(2, 0, 1) if planar == 1 else pixels
    ds.PixelData = np.ascontiguousarray(stored).tobytes()
    ds["PixelData"].VR = "OB"
    file = f"{name}.dcm"
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    before = pixel_array(pydicom.dcmread(file))  # RGB, whatever is stored
    cleaner = DicomCleaner(output_folder="cleaned", deid="rules.deid")
    cleaner.detect(file)
    cleaner.clean()
    read = pydicom.dcmread(cleaner.save_dicom())
    after = pixel_array(read)
    outside = before[~INSIDE] != after[~INSIDE]
    print(f"{name:14} {int(outside.sum())} of {outside.size} values outside changed; "
          f"{read.PhotometricInterpretation}, planar {read.get('PlanarConfiguration')}, "
          f"burned in: {read.BurnedInAnnotation}")
    return int(outside.sum()), outside.size, before, after


grey = np.arange(48, dtype=np.uint8).reshape(6, 8) + 100
colour = np.dstack([grey, grey + 20, grey + 40])
plain = changed("grey", grey, "MONOCHROME2")
by_pixel = changed("RGB by pixel", colour, "RGB", planar=0)
by_plane = changed("RGB by plane", colour, "RGB", planar=1)
ybr = changed("YBR_FULL", np.dstack([np.full((6, 8), v, np.uint8) for v in (150, 100, 160)]), "YBR_FULL", planar=0)
print("YBR_FULL before", ybr[2][0, 0], "after", ybr[3][0, 0], "in the rectangle", ybr[3][3, 2])

assert plain[0] == by_pixel[0] == 0  # control
assert (plain[3][INSIDE] == 0).all()  # control
assert by_plane[:2] == (115, 117)
assert ybr[:2] == (117, 117)
assert ybr[3][0, 0].tolist() == [156, 212, 211]
assert ybr[3][3, 2].tolist() == [0, 135, 0]
PY
