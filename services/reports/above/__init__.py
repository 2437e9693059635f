"""Reports about the head of the bureau on their way to the level above: listed, taken along sealed, opened there.

Nothing in this package opens anything with a key of the bureau; there is none that fits. ``bundles`` is the form in
which a report leaves, ``leaving`` the bureau's side, ``arriving`` the level above's, which needs neither settings nor a
database.
"""
