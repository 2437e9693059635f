"""Properties are about results; a machine that is busy at the moment is no counter-example."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
