"""What the worker is told about triage.

``REPORTS_TRIAGE_MODEL``: the file of a model that ``mingjing triage train`` made; the packaged one when left out.
``REPORTS_EMBEDDING_MODEL``: the folder of a static embedding model, for similarity by meaning; none when left out.
``REPORTS_TRIAGE_COMPARED``: with how many of the newest reports, and suggestions, a new one is compared.
"""

from __future__ import annotations

from pathlib import Path

from environs import Env
from marshmallow import validate

from chassis.config import ConfigurationError
from services.reports.triage import classifier
from services.reports.triage.analyst import ROOM, Analyst
from services.reports.triage.similarity.meaning import Embedder, EmbedderUnavailable


def load_analyst(env: Env) -> Analyst:
    """The analyst of this process; ``ConfigurationError`` names what cannot be read."""
    problems: list[str] = []
    model, embedder = None, None
    path = Path(env.str("REPORTS_TRIAGE_MODEL", "") or classifier.PACKAGED)
    try:
        model = classifier.load(path)
    except (OSError, ValueError, KeyError) as error:
        problems.append(f"REPORTS_TRIAGE_MODEL: cannot be read as a model ({type(error).__name__}).")
    folder = env.str("REPORTS_EMBEDDING_MODEL", "")
    try:
        embedder = Embedder(Path(folder)) if folder else None
    except EmbedderUnavailable as error:
        problems.append(f"REPORTS_EMBEDDING_MODEL: {error}.")
    room = env.int("REPORTS_TRIAGE_COMPARED", ROOM, validate=validate.Range(min=1, max=1_000_000))
    if problems or model is None:
        raise ConfigurationError(problems)
    return Analyst(model, embedder, room or ROOM)
