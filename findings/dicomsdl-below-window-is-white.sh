#!/usr/bin/env bash
# dicomsdl's picture of a DICOM file is white where the grey lies below the window.
#
# Versions:   dicomsdl 0.109.4, pydicom 3.0.2, numpy 2.4.6
# Guess:      toPilImage applies window centre and width: what lies below the window is black, above it white.
# Instead:    below the window it is 255, as above; only what lies inside is right. With MONOCHROME1 the same pixels are 0
#             where they should be 255. A negative rescale slope turns the window's ends round, so that its inside is
#             inverted too.
# Matters:    air around a chest and lungs under a narrow window come out as bright as bone, in a picture that still looks
#             like an X-ray. Without a window (stretched from least to most) it is right.
# Seen:       stored values: 0 800 1000 1200 4000
#             no window: 0 51 63 76 255
#             window 750 to 1250, pydicom: 0 26 128 230 255
#             window 750 to 1250, dicomsdl: 255 25 127 229 255
#             the same, MONOCHROME1: 0 230 128 26 0
#             slope -1, intercept 4000, window 2750 to 3250, pydicom: 255 230 128 26 0
#             slope -1, intercept 4000, window 2750 to 3250, dicomsdl: 255 25 127 229 255
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    dicomsdl==0.109.4 pydicom==3.0.2 numpy==2.4.6 pillow==12.3.0
cd "$dir"
cat >window.py <<'PY'
import dicomsdl
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

stored = np.array([[0, 800, 1000, 1200, 4000]], np.uint16)


def written(name, **elements):
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = DigitalXRayImageStorageForPresentation
    one.SOPInstanceUID = generate_uid()
    one.Rows, one.Columns = stored.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    for keyword, value in elements.items():
        setattr(one, keyword, value)
    one.PixelData = stored.tobytes()
    one.save_as(name, enforce_file_format=True)
    return name


def seen(name):
    return " ".join(map(str, np.asarray(dicomsdl.open(name).toPilImage()).ravel()))


def right(name, low, high):
    one = pydicom.dcmread(name)
    grey = apply_modality_lut(one.pixel_array, one).ravel().astype(float)
    return " ".join(f"{255 * min(max((value - low) / (high - low), 0), 1):.0f}" for value in grey)


print("stored values:", *stored.ravel())
print("no window:", seen(written("plain.dcm")))
window = {"WindowCenter": "1000.5", "WindowWidth": "501"}
name = written("window.dcm", **window)
print("window 750 to 1250, pydicom:", right(name, 750, 1250))
print("window 750 to 1250, dicomsdl:", seen(name))
name = written("one.dcm", **{**window, "PhotometricInterpretation": "MONOCHROME1"})
print("the same, MONOCHROME1:", seen(name))
name = written(
    "slope.dcm",
    WindowCenter="3000.5",
    WindowWidth="501",
    RescaleSlope="-1",
    RescaleIntercept="4000",
    RescaleType="US",
)
print("slope -1, intercept 4000, window 2750 to 3250, pydicom:", right(name, 2750, 3250))
print("slope -1, intercept 4000, window 2750 to 3250, dicomsdl:", seen(name))
PY
"$dir/venv/bin/python" window.py | tee seen
diff seen - <<'SEEN'
stored values: 0 800 1000 1200 4000
no window: 0 51 63 76 255
window 750 to 1250, pydicom: 0 26 128 230 255
window 750 to 1250, dicomsdl: 255 25 127 229 255
the same, MONOCHROME1: 0 230 128 26 0
slope -1, intercept 4000, window 2750 to 3250, pydicom: 255 230 128 26 0
slope -1, intercept 4000, window 2750 to 3250, dicomsdl: 255 25 127 229 255
SEEN
