#!/usr/bin/env bash
# highdicom and imageio read an overlay kept in the unused bits of the pixels as brightness.
#
# Versions:   highdicom 0.28.2, imageio 2.38.1, pydicom 3.0.2, SimpleITK 2.5.7, numpy 2.4.6
# Guess:      with Bits Stored 12 no reader gives a level above 4095; the four bits above are no part of the pixel. highdicom
#             stands on pydicom, so the two give the same levels.
# Instead:    pydicom and SimpleITK cut the unused bits off; highdicom's get_stored_frame and get_frame and imageio's DICOM
#             plugin hand them on, so a film with a collimator's edge or lettering drawn in bit 12 has levels of 4096
#             and more there, and with a bit 15 overlay above 32,768. The rescale runs over them. The sign of signed 12-bit
#             pixels whose upper bits are zero is not extended either: -1000 is read as 3096.
# Matters:    older CR files keep overlays there (Overlay Bit Position, since retired). A scaling by
#             the largest level makes such a film almost black, and the lettering, which names the side, is seen by the network.
# Seen:       stored, without overlay [0, 1000, 2000, 4095]
#             overlay in bit 12 over the second and third pixel, as read:
#               pydicom [0, 1000, 2000, 4095]   SimpleITK [0, 1000, 2000, 4095]
#               highdicom [0, 5096, 6096, 4095] imageio [0, 5096, 6096, 4095]
#             signed, upper bits zero: pydicom [0, 1000, -1000, -2048], SimpleITK the same,
#               highdicom [0, 1000, 3096, 2048], imageio the same
#             no overlay, unsigned: all four as stored
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    highdicom==0.28.2 imageio==2.38.1 pydicom==3.0.2 SimpleITK==2.5.7 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
import highdicom
import imageio.v2 as imageio
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

sitk.ProcessObject.SetGlobalWarningDisplay(False)
READERS = {
    "pydicom": lambda: pydicom.dcmread("film.dcm").pixel_array,
    "SimpleITK": lambda: sitk.GetArrayFromImage(sitk.ReadImage("film.dcm"))[0],
    "highdicom": lambda: highdicom.imread("film.dcm").get_stored_frame(1),
    "imageio": lambda: imageio.imread("film.dcm", format="DICOM"),
}


def read(words, signed=False, overlay_bit=None):
    """Write a film of 8 x 4 pixels whose rows are the given 16-bit words, and read it four ways."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Modality = "CR"
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 8, 4, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, int(signed)
    if overlay_bit is not None:
        ds.add_new(0x60000010, "US", 8)  # Overlay Rows
        ds.add_new(0x60000011, "US", 4)  # Overlay Columns
        ds.add_new(0x60000040, "CS", "G")  # Overlay Type
        ds.add_new(0x60000050, "SS", [1, 1])  # Overlay Origin
        ds.add_new(0x60000100, "US", 16)  # Overlay Bits Allocated: inside the pixels
        ds.add_new(0x60000102, "US", overlay_bit)  # Overlay Bit Position
    ds.PixelData = np.array([words] * 8, dtype="<u2").tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite("film.dcm", ds, enforce_file_format=True)
    return {name: np.asarray(reader())[0].tolist() for name, reader in READERS.items()}


levels = [0, 1000, 2000, 4095]
plain = read(levels)
overlaid = read([0, 1000 | 1 << 12, 2000 | 1 << 12, 4095], overlay_bit=12)
negative = [0, 1000, -1000, -2048]
signed = read([value & 0x0FFF for value in negative], signed=True)
print("no overlay:             ", plain)
print("overlay in bit 12:      ", overlaid)
print("signed, upper bits zero:", signed)

assert all(seen == levels for seen in plain.values())  # control
assert overlaid["pydicom"] == overlaid["SimpleITK"] == levels  # control
assert overlaid["highdicom"] == overlaid["imageio"] == [0, 5096, 6096, 4095]
assert signed["pydicom"] == signed["SimpleITK"] == negative  # control
assert signed["highdicom"] == signed["imageio"] == [0, 1000, 3096, 2048]
PY
