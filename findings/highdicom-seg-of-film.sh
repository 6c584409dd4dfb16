#!/usr/bin/env bash
# highdicom writes a segmentation of a film that has Pixel Spacing, and refuses to read its own file.
#
# Versions:   highdicom 0.28.2, pydicom 3.0.2, numpy 2.4.6
# Guess:      what Segmentation(...) builds and save_as() writes, segread() reads.
# Instead:    a film has no slices and so no Slice Thickness. Writing copies Pixel Spacing alone into the Pixel Measures
#             Sequence, which PS3.3 C.7.6.16.2.1 allows (thickness is needed for volumes only); reading demands Slice Thickness,
#             always. A film with Imager Pixel Spacing only, as the detector writes it, gives no Pixel Measures and goes through
#             both ways, as does one to which a thickness is added that means nothing.
# Matters:    masks of lungs or lesions are saved with no error and found unreadable on the day they are wanted. A test on
#             DX files without calibration passes; calibrated films and CR with Pixel Spacing fail.
# Seen:       Pixel Spacing: written with PixelSpacing, read: AttributeError: Sequence does not have the required attributes
#                 for a Pixel Measures Sequence.
#             Imager Pixel Spacing: written with no pixel measures, read: 20 pixels set
#             Pixel Spacing and Slice Thickness: written with PixelSpacing, SliceThickness, read: 20 pixels set
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
import highdicom as hd
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

mask = np.zeros((8, 8), dtype=np.uint8)
mask[2:6, 1:6] = 1


def film(**spacing):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = ComputedRadiographyImageStorage, hd.UID()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = hd.UID(), hd.UID(), hd.UID()
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID"):
        setattr(ds, name, "")
    ds.StudyDate = ds.StudyTime = ds.ReferringPhysicianName = ""
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CR", 1, 1
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = bytes(128)
    ds["PixelData"].VR = "OW"
    for name, value in spacing.items():
        setattr(ds, name, value)
    return ds


def round_trip(source):
    algorithm = hd.AlgorithmIdentificationSequence(
        name="none", version="1", family=codes.cid7162.ArtificialIntelligence
    )
    segment = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="lung",
        segmented_property_category=codes.SCT.Tissue,
        segmented_property_type=codes.SCT.Lung,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
    )
    made = hd.seg.Segmentation(
        source_images=[source],
        pixel_array=mask,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[segment],
        series_instance_uid=hd.UID(),
        series_number=2,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="none",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
    )
    made.save_as("mask.dcm")
    shared = pydicom.dcmread("mask.dcm").SharedFunctionalGroupsSequence[0]
    measures = [element.keyword for element in shared.PixelMeasuresSequence[0]] if "PixelMeasuresSequence" in shared else []
    try:
        seen = hd.seg.segread("mask.dcm").get_pixels_by_source_instance([source.SOPInstanceUID])
        return measures, f"{int(seen.sum())} pixels set"
    except AttributeError as error:
        return measures, f"AttributeError: {error}"


seen = {
    "Pixel Spacing": round_trip(film(PixelSpacing=[0.14, 0.14])),
    "Imager Pixel Spacing": round_trip(film(ImagerPixelSpacing=[0.14, 0.14])),
    "Pixel Spacing and Slice Thickness": round_trip(film(PixelSpacing=[0.14, 0.14], SliceThickness=1)),
}
for name, (measures, read) in seen.items():
    print(f"{name}: written with {', '.join(measures) or 'no pixel measures'}, read: {read}")

assert seen["Imager Pixel Spacing"] == ([], "20 pixels set")  # control
assert sorted(seen["Pixel Spacing and Slice Thickness"][0]) == ["PixelSpacing", "SliceThickness"]
assert seen["Pixel Spacing and Slice Thickness"][1] == "20 pixels set"  # control
assert seen["Pixel Spacing"] == (
    ["PixelSpacing"],
    "AttributeError: Sequence does not have the required attributes for a Pixel Measures Sequence.",
)
PY
