"""Short tasks beside the pages: predict, do it on a page, and see what was really done.

``tasks`` reads them from a small file, ``facts`` says what a visitor has on the pages, ``progress``
keeps what was predicted and what came out.
"""
