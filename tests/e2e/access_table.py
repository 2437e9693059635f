"""Who gets what status from each route of the reports service, as a table.

401: sign in, or show a receipt. 403: not for your role. 404: not there, or not yours to know of. 409: not now. 422: the
request is wrong, so its sender was let in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

COLUMNS = {
    "no": "nobody: without an account or a receipt",
    "own": "the reporter, with the receipt of this report",
    "oth": "a reporter with the receipt of another report",
    "dsk": "the desk",
    "dof": "desk of the unit that report and suggestion are about",
    "dbl": "desk of a unit below that one",
    "han": "the handler of the case",
    "hot": "the handler of another case",
    "cus": "custodian",
    "sup": "supervisor",
    "lea": "leader",
    "adm": "admin",
    "aud": "auditor",
    "edi": "editor",
    "rev": "reviewer",
    "tra": "trainer",
    "mem": "member",
}

_ROUTES = """
/report-form                            no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200

/reports                                no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
POST                                    422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422

/reports/current                        no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 200 200 401 401 401 401 401 401 401 401 401 401 401 401 401 401
GET    /messages                        401 200 200 401 401 401 401 401 401 401 401 401 401 401 401 401 401
POST   /messages                        401 201 201 401 401 401 401 401 401 401 401 401 401 401 401 401 401
PUT    /messages/read                   401 200 404 401 401 401 401 401 401 401 401 401 401 401 401 401 401
POST   /rating                          401 409 409 401 401 401 401 401 401 401 401 401 401 401 401 401 401
GET    /attachments                     401 200 200 401 401 401 401 401 401 401 401 401 401 401 401 401 401
POST   /attachments                     401 201 201 401 401 401 401 401 401 401 401 401 401 401 401 401 401
GET    /attachments/{file}/content      401 200 404 401 401 401 401 401 401 401 401 401 401 401 401 401 401
POST   /uploads                         401 201 201 401 401 401 401 401 401 401 401 401 401 401 401 401 401
HEAD   /uploads/{upload}                401 200 404 401 401 401 401 401 401 401 401 401 401 401 401 401 401
PATCH  /uploads/{upload}                401 204 404 401 401 401 401 401 401 401 401 401 401 401 401 401 401
DELETE /uploads/{upload}                401 204 404 401 401 401 401 401 401 401 401 401 401 401 401 401 401

/report-inbox                           no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 200 200 200 200 403 403 403 403 403 403 403 403 403

/cases/{case}/report                    no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
GET    /messages                        401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /messages                        401 401 401 201 404 404 201 404 403 403 403 403 403 403 403 403 403
PUT    /messages/read                   401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
GET    /attachments                     401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /attachments                     401 401 401 201 404 404 201 404 403 403 403 403 403 403 403 403 403
GET    /attachments/{file}/content      401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
GET    /hold                            401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
PUT    /hold                            401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
DELETE /hold                            401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /triage                          401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /triage/decision                 401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403

/cases/{sealed}/report                  no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /messages                        401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /messages                        401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
PUT    /messages/read                   401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /attachments                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /attachments                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /attachments/{kept}/content      401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /hold                            401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
PUT    /hold                            401 401 401 404 404 404 403 403 403 403 403 403 403 403 403 403 403
DELETE /hold                            401 401 401 404 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /triage                          401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /triage/decision                 401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403

/cases/{case}/identity-requests         no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
POST                                    401 401 401 201 404 404 409 404 403 403 403 403 403 403 403 403 403

/cases/{sealed}/identity-requests       no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
POST                                    401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403

/identity-requests                      no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 200 200 200 200 200 200 403 403 200 403 403 403 403

/identity-requests/{asked}              no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 404 404 404 200 404 200 200 403 403 200 403 403 403 403
GET    /identity                        401 401 401 404 404 404 409 404 403 403 403 403 403 403 403 403 403
POST   /revocation                      401 401 401 403 403 403 403 403 409 403 403 403 403 403 403 403 403
POST   /decision                        401 401 401 403 403 403 403 403 200 403 403 403 403 403 403 403 403

/cases/{case}/evidence                  no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST                                    401 401 401 403 404 404 201 404 403 403 403 403 403 403 403 403 403
GET    /{item}                          401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /{item}/custody                  401 401 401 201 404 404 201 404 403 403 403 403 403 403 403 403 403
POST   /{struck}/withdraw               401 401 401 403 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /{item}/file                     401 401 401 409 404 404 409 404 403 403 403 403 403 403 403 403 403
GET    /{item}/file                     401 401 401 200 404 404 200 404 403 403 403 403 403 403 403 403 403
POST   /{empty}/uploads                 401 401 401 201 404 404 201 404 403 403 403 403 403 403 403 403 403
HEAD   /{begun}/uploads/{sending}       401 401 401 404 404 404 200 404 403 403 403 403 403 403 403 403 403
PATCH  /{begun}/uploads/{sending}       401 401 401 404 404 404 204 404 403 403 403 403 403 403 403 403 403
DELETE /{begun}/uploads/{sending}       401 401 401 404 404 404 204 404 403 403 403 403 403 403 403 403 403

/cases/{sealed}/evidence                no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST                                    401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /{item}                          401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /{item}/custody                  401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /{item}/withdraw                 401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /{item}/file                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
GET    /{item}/file                     401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
POST   /{item}/uploads                  401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
HEAD   /{item}/uploads/{sending}        401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
PATCH  /{item}/uploads/{sending}        401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403
DELETE /{item}/uploads/{sending}        401 401 401 404 404 404 404 404 403 403 403 403 403 403 403 403 403

/suggestions                            no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 200 200 403 403 403 403 403 403 403 403 403 403 403

/suggestions/{suggestion}               no  own oth dsk dof dbl han hot cus sup lea adm aud edi rev tra mem
GET                                     401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /messages                        401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
POST   /messages                        401 401 401 201 404 404 403 403 403 403 403 403 403 403 403 403 403
PUT    /messages/read                   401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /attachments                     401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
POST   /attachments                     401 401 401 201 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /attachments/{enclosed}/content  401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
GET    /triage                          401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
POST   /triage/decision                 401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
POST   /answer                          401 401 401 200 404 404 403 403 403 403 403 403 403 403 403 403 403
"""


class Route(NamedTuple):
    """``above`` and ``below`` together are the path. ``statuses``: by the columns' names."""

    method: str
    above: str
    below: str
    statuses: dict[str, int]

    @property
    def name(self) -> str:
        """All of it."""
        return f"{self.method} {self.above}{self.below}"

    @property
    def action(self) -> str:
        """What is done, wherever below."""
        return f"{self.method} {self.below}"


def _routes() -> Iterator[Route]:
    for section in _ROUTES.strip().split("\n\n"):
        heading, *rows = section.splitlines()
        above, *columns = heading.split()
        assert columns == list(COLUMNS), heading
        for row in rows:
            words = row.split()
            method, *below = words[: -len(columns)]
            statuses = dict(zip(columns, map(int, words[-len(columns) :]), strict=True))
            yield Route(method, above, "".join(below), statuses)


ROUTES = tuple(_routes())
