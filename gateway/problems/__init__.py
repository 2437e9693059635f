"""Problem details (RFC 9457): what a refusal of a service or of the gateway looks like from outside.

Each service's refusals have their rows in ``gateway/problems/<service>.py``::

    from gateway.problems.row import Row

    PROBLEMS = {
        "CaseCannotClose": Row(
            409, "case-cannot-close", zh="线索尚不能销号", en="The case cannot be closed yet",
            detail=lambda details, language: text("cases.guards_missing", language, missing=…),
            members=("missing",),
        ),
    }

The key is the name of the refusal's class. Modules are found by themselves; two rows of one name that differ
are an error at start. A refusal without a row is answered as 500 and logged: the contract between both is
broken.
"""

from gateway.problems.row import Problem, Row
from gateway.problems.table import of_http_error, of_invalid, of_refusal, table

__all__ = ["Problem", "Row", "of_http_error", "of_invalid", "of_refusal", "table"]
