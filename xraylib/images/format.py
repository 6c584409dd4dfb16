"""What an image format is, and what it takes to read one more.

A format is one file of the folder `formats`, with an `ImageFormat` in it. Recognising files, the
endings that mean a picture, the words of upload fields and refusals, and the table in the
documentation follow from what stands in that folder. Standard library only, so that naming the
formats loads no decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """One format of image files.

    Attributes:
        name: For people; also `Radiograph.format`.
        endings: Of file names, in lower case and without the full stop. A file with one of them
            is listed as unreadable if it is no image; a file without them may still be one.
        signature: The bytes that every file of this format has; this alone decides.
        offset: Where they stand.
        others: Bytes of which some files have one at the same place instead.
        begins_with: Decides instead of these bytes, where they say too little or too much: whether
            a file's first bytes are those of this format.
        says: What is read of it, as a clause.
        order: Among the formats; the lowest is named first.
        read: From a file's whole content, which begins as it should, to an image. It refuses with
            `radiograph.refuse`, looks at the size with `radiograph.check_size` before it decodes,
            and may raise whatever it likes on damaged input, or end its process: it is called in a
            child. Packages are imported inside.
        modules: What `read` imports; the child process that decodes loads it beforehand.
        late: Whether that takes so long that a child which reads a folder loads it with the first
            file of this format.
    """

    name: str
    endings: tuple[str, ...]
    signature: bytes
    offset: int = 0
    others: tuple[bytes, ...] = ()
    begins_with: Callable[[bytes], bool] | None = field(default=None, repr=False)
    says: str
    order: int
    read: Callable[[bytes], Radiograph] = field(repr=False)
    modules: tuple[str, ...] = ()
    late: bool = False

    def begins(self, head: bytes) -> bool:
        """Whether a file that begins like this, `HEAD_BYTES` long, is of this format."""
        if self.begins_with is not None:
            return self.begins_with(head)
        return head.startswith((self.signature, *self.others), self.offset)

    def may_begin(self, head: bytes) -> bool:
        """Whether a file is so short that one cannot tell."""
        return self.offset == 0 and any(
            one.startswith(head) for one in (self.signature, *self.others)
        )
