"""Words in the names of folders of published data sets, by what they say."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GENERIC: Final = _words(
    """
    image images img imgs pic pics picture pictures photo photos png pngs jpg jpgs jpeg jpegs
    dicom dicoms dcm tif tiff cxr cxrs xray xrays x ray rays film films scan scans radiograph
    radiographs data dataset datasets file files original originals raw frontal all jpegimages
    labeled labelled annotated
    """
)
"""Words that say no more of a folder than that images are in it."""

ASIDE: Final = _words(
    """
    static assets asset doc docs documentation notebook notebooks screenshot screenshots figure
    figures fig figs plot plots chart charts result results output outputs template templates
    web webapp app apps src source scripts code models model weights checkpoints logs runs venv
    env build dist demo paper papers report reports media public readme node_modules uploads
    upload
    """
)
"""Names of folders that belong to a program or a paper."""

SHARD: Final = _words(
    """
    image images img imgs part parts batch batches shard shards chunk chunks vol volume volumes
    disc disk archive archives subset subsets dir folder data block cxr xray xrays png jpg
    """
)
"""Words before the numbers of parts of one large set."""

PERSON: Final = _words(
    """
    patient patients pat pt p person persons subject subjects subj sub case cases id pid
    """
)
"""Words before the numbers of people."""

KIND: Final = _words(
    """
    class classes category cat grade grades stage stages type types level levels score scores kl
    birads label labels group groups cluster density
    """
)
"""Words before the numbers of classes."""

PICTURES: Final = _words(
    "image images img imgs pic pics picture pictures photo photos png jpg jpeg jpegimages"
)
"""Words of which no class is made: a folder so named holds the images themselves."""

UNLABELLED: Final = _words(
    "unlabeled unlabelled unlabel nolabel unannotated extra extras additional"
)
"""Names of folders of images without a class beside others that have one."""
