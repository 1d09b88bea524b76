"""Reuse: whether artefacts are still there, what their hosts say of them, and what a reader may do with them."""
