"""DICOM, by pydicom and GDCM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.errors import ImageError
from xraylib.images.format import ImageFormat
from xraylib.images.stored.bare import is_dicom

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.dicom import read_dicom
    from xraylib.images.radiograph import refuse

    try:
        return read_dicom(data)
    except (ImageError, MemoryError):
        raise
    except Exception as error:  # pydicom's own words help nobody
        damage = "The DICOM file is damaged (its header makes no sense)"
        raise refuse("damaged", damage) from error


DICOM = ImageFormat(
    name="DICOM",
    endings=("dcm", "dicom"),
    signature=b"DICM",
    offset=128,
    begins_with=is_dicom,
    says="one image of computed or digital radiography, or secondary capture",
    order=30,
    read=_read,
    modules=("xraylib.images.dicom", "gdcm"),
    late=True,
)
