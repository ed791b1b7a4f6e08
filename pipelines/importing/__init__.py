"""Recordings made elsewhere, as recordings of ours: `waxtaan import`.

`find.py` walks files, folders and manifests and groups what belongs together; readers make
`Foreign` recordings of it (`shapes.py`); `write.py` gives each a folder as `store/recorded.py`
describes. What is wrong with a file is a `Problem`; it is told, and the import goes on.
"""
