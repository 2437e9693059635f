"""Who gets what status from each route of the study record, as a table; the form is that of access_table.py.

Asked of a session of the member's own unit, of that member's record, of an exam's certificate that the member holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.e2e.access_table import Route

COLUMNS = {
    "no": "nobody: without an account",
    "own": "the member whose record it is, of the session's unit",
    "mem": "another member, of another unit",
    "tra": "trainer",
    "lea": "leader",
    "dsk": "the desk",
    "han": "a handler",
    "sup": "supervisor",
    "edi": "editor",
    "rev": "reviewer",
    "cus": "custodian",
    "adm": "admin",
    "aud": "auditor",
}

_ROUTES = """
/study-sessions                              no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 200 200 200 200 200 200 200 200 200 200 200 200
POST                                         401 403 403 201 403 403 403 403 403 403 403 403 403
POST   /check-ins                            401 409 409 409 409 409 409 409 409 409 409 409 409
GET    /{session}                            401 200 404 200 200 404 404 404 404 404 404 404 404
PATCH  /{session}                            401 403 403 200 403 403 403 403 403 403 403 403 403
PUT    /{session}/attendance                 401 403 403 200 403 403 403 403 403 403 403 403 403
GET    /{session}/attendance                 401 403 403 200 200 403 403 403 403 403 403 403 403
POST   /{session}/attendance/imports         401 403 403 202 403 403 403 403 403 403 403 403 403
GET    /{session}/check-in-code              401 403 403 200 403 403 403 403 403 403 403 403 403

/study-weeks                                 no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 403 403 200 200 403 403 403 403 403 403 403 403

/courses                                     no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 200 200 200 200 200 200 200 200 200 200 200 200
POST                                         401 403 403 201 403 403 403 403 403 403 403 403 403

/study-records                               no  own mem tra lea dsk han sup edi rev cus adm aud
GET    /{own}/marks/{year}                   401 200 404 200 200 404 404 404 404 404 404 404 404
GET    /{own}/certificates                   401 200 404 200 200 404 404 404 404 404 404 404 404
POST   /{own}/certificates                   401 201 404 201 201 404 404 404 404 404 404 404 404
POST   /{own}/waivers                        401 403 403 201 403 403 403 403 403 403 403 403 403
DELETE /{own}/waivers/{nothing}              401 403 403 404 403 403 403 403 403 403 403 403 403
GET    /xapi                                 401 403 403 200 200 403 403 403 403 403 403 403 403

/certificates                                no  own mem tra lea dsk han sup edi rev cus adm aud
GET    /{certificate}                        200 200 200 200 200 200 200 200 200 200 200 200 200
GET    /{certificate}/pdf                    401 200 404 200 200 404 404 404 404 404 404 404 404

/study-coverage                              no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 403 403 200 200 403 403 403 403 403 403 403 403
GET    /entries                              401 403 403 200 200 403 403 403 403 403 403 403 403
GET    /people                               401 403 403 200 200 403 403 403 403 403 403 403 403

/exports                                     no  own mem tra lea dsk han sup edi rev cus adm aud
GET    /study-records                        401 403 403 200 200 403 403 403 403 403 403 403 403
"""


def routes(table: str) -> Iterator[Route]:
    """The rows of a table with these columns."""
    for section in table.strip().split("\n\n"):
        heading, *rows = section.splitlines()
        above, *columns = heading.split()
        assert columns == list(COLUMNS), heading
        for row in rows:
            words = row.split()
            method, *below = words[: -len(columns)]
            statuses = dict(zip(columns, map(int, words[-len(columns) :]), strict=True))
            yield Route(method, above, "".join(below), statuses)


ROUTES = tuple(routes(_ROUTES))
