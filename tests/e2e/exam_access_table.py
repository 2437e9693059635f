"""Who gets what status from each route of papers, exams and attempts, as a table; the columns are the study record's.

Asked of an exam for the member's own unit, of a practice for it, and of that member's attempt at the practice.
"""

from __future__ import annotations

from tests.e2e.study_access_table import routes

_ROUTES = """
/papers                                      no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 403 403 200 403 403 403 403 403 403 403 403 403
POST                                         401 403 403 201 403 403 403 403 403 403 403 403 403
POST   /feasibility                          401 403 403 200 403 403 403 403 403 403 403 403 403
GET    /{paper}                              401 403 403 200 403 403 403 403 403 403 403 403 403
GET    /{paper}/overlap                      401 403 403 200 403 403 403 403 403 403 403 403 403

/exams                                       no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 403 403 200 200 403 403 200 403 403 403 403 403
POST                                         401 403 403 201 403 403 403 403 403 403 403 403 403
GET    /{exam}                               401 403 403 200 200 403 403 200 403 403 403 403 403
PATCH  /{exam}                               401 403 403 200 403 403 403 403 403 403 403 403 403
GET    /{exam}/overrides                     401 403 403 200 403 403 403 403 403 403 403 403 403
PUT    /{exam}/overrides/{own}               401 403 403 200 403 403 403 403 403 403 403 403 403
POST   /{exam}/attempts                      401 201 404 404 404 404 404 404 404 404 404 404 404
POST   /{cancelled}/cancellation             401 403 403 200 403 403 403 403 403 403 403 403 403

/attempts                                    no  own mem tra lea dsk han sup edi rev cus adm aud
PUT    /{attempt}/answers/{question}         401 200 404 404 404 404 404 404 404 404 404 404 404
POST   /{attempt}/answers/{question}/feedback 401 200 404 404 404 404 404 404 404 404 404 404 404
GET    /{attempt}                            401 200 404 200 404 404 404 404 404 404 404 404 404
POST   /{attempt}/submission                 401 200 404 404 404 404 404 404 404 404 404 404 404

/me/exams                                    no  own mem tra lea dsk han sup edi rev cus adm aud
GET                                          401 200 200 200 200 200 200 200 200 200 200 200 200
"""

ROUTES = tuple(routes(_ROUTES))
