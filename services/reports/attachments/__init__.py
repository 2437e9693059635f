"""Attachments at rest: how they are sealed (``sealing``), where their parts are (``parts``, ``s3``, and GridFS in the
store), and what is done with both (``coming_in``, ``going_out``, ``clean_copy``, ``ending``), on a ``vault``."""
