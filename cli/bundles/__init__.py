"""A case as a bundle of files: what is fetched, written and signed for it, and how it is checked."""
