"""From a DICOM file's bytes to the values that it stores."""
