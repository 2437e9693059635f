"""Who gets what from each route of cases, from each action on them and from each list, as tables.

401: sign in. 403: not for your role, or not for you in this case. 404: not there, or not yours to know of. 409: not
now. 412 and 422: as it was sent it is refused, so its sender was let in. docs/case-access.md is written from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

COLUMNS = {
    "no": "nobody: without an account or a receipt",
    "own": "the reporter, with the receipt of the report",
    "mem": "member",
    "dsk": "the desk",
    "dof": "desk of the unit that the case is about",
    "out": "desk, but a person concerned: must keep out",
    "han": "the handler of the case",
    "joi": "a joint handler of the case",
    "hot": "the handler of another case",
    "prt": "the handler of a part of the case",
    "lea": "leader; the one named where an extension is asked for",
    "oth": "another leader",
    "lof": "leader of the unit that the case is about",
    "lou": "leader, but a person concerned: must keep out",
    "sup": "supervisor",
    "sou": "supervisor, but a person concerned: must keep out",
    "two": "supervisor and desk in one, of the unit that the case is about",
    "cus": "custodian",
    "tra": "trainer",
    "edi": "editor",
    "rev": "reviewer",
    "adm": "admin",
    "aud": "auditor",
}

KINDS = {
    "case": "a case in hand, of a named report about a unit; a part of it was split off",
    "free": "a case in hand that nobody reported and that concerns nobody here, with the same handler",
    "above": "a case about the head of the bureau",
    "route": "the same, as if no unit was concerned: the level above handles it all the same",
    "merged": "a case that was merged into {case}",
    "part": "a case that was split off {case}, with a handler of its own",
    "closed": "a closed case that nobody reported, about the unit",
}

# The situations in which actions are tried: each state, and what is more in some of them.
STATES = {
    "registered": "opened, nothing decided yet",
    "accepted": "accepted",
    "assigned": "given to the handler, who has not begun",
    "returned": "the handler has objected to having it",
    "investigating": "in hand of two handlers; assistance, an extension and an account of it are asked for",
    "suspended": "the same, suspended",
    "findings": "the same, with one of two allegations found substantiated",
    "asking": "the same, with all findings and the disposition, while assistance is awaited",
    "disposition": "the same after the assistance has been given: ready to be concluded",
    "feedback": "concluded, not confirmed yet",
    "decided": "the same, with the disposition by the desk, which is no second person then",
    "unconfirmed": "ready to be closed, but that nobody has confirmed it",
    "confirmed": "ready to be closed",
    "closed": "closed",
    "refused": "not accepted",
    "transferred": "transferred to the police, who have not answered",
    "merged": "merged into a case that is about nobody here",
}

# By the path that the routes below have in common.
_ROUTES = """
/cases/{case}                       no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /history                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /exports                     401 401 403 412 404 404 412 412 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /report                      401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /evidence                    401 401 403 403 404 404 201 201 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /identity-requests           401 401 403 201 404 404 409 201 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{free}                       no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 200 404 404 404 200 200 200 200 200 200 200 403 403 403 403 403 403
GET    /history                     401 401 403 200 200 200 200 404 404 404 200 200 200 200 200 200 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 200 200 200 200 404 404 404 200 200 200 200 200 200 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 200 200 200 403 403 403 403 403 403 403 403 403 403 200 403 403 403 403 403 403
POST   /exports                     401 401 403 412 412 412 412 404 404 404 403 403 403 403 403 403 412 403 403 403 403 403 403
GET    /report                      401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 200 200 200 200 404 404 404 403 403 403 403 403 403 200 403 403 403 403 403 403
POST   /evidence                    401 401 403 403 403 403 201 404 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /identity-requests           401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{above}                      no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /history                     401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 404 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /exports                     401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /report                      401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /evidence                    401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /identity-requests           401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{route}                      no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /history                     401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 404 404 404 404 404 404 404 404 404 404 404 200 200 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 404 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403

/cases/{merged}                     no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /history                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /exports                     401 401 403 412 404 404 412 412 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /report                      401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /evidence                    401 401 403 403 404 404 409 409 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /identity-requests           401 401 403 409 404 404 409 409 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{part}                       no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 404 404 404 404 404 200 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /history                     401 401 403 200 404 404 404 404 404 200 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 200 404 404 404 404 404 200 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /exports                     401 401 403 412 404 404 404 404 404 412 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /report                      401 401 403 200 404 404 404 404 404 200 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 200 404 404 404 404 404 200 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /evidence                    401 401 403 403 404 404 404 404 404 201 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /identity-requests           401 401 403 201 404 404 404 404 404 201 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{closed}                     no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /history                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /what-if                     401 401 403 200 404 404 200 200 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
GET    /candidates                  401 401 403 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /exports                     401 401 403 412 404 404 412 412 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /report                      401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
GET    /evidence                    401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /evidence                    401 401 403 403 404 404 409 409 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /identity-requests           401 401 403 404 404 404 404 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases/{case}/evidence              no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET    /{item}                      401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
POST   /{item}/custody              401 401 403 201 404 404 201 201 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /{struck}/withdraw           401 401 403 403 404 404 200 403 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /{item}/file                 401 401 403 409 404 404 409 409 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /{item}/file                 401 401 403 200 404 404 200 200 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /{empty}/uploads             401 401 403 201 404 404 201 201 404 404 403 403 403 403 403 403 403 403 403 403 403 403 403
HEAD   /{begun}/uploads/{sending}   401 401 403 404 404 404 200 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
PATCH  /{begun}/uploads/{sending}   401 401 403 404 404 404 204 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
DELETE /{begun}/uploads/{sending}   401 401 403 404 404 404 204 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403

/cases                              no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403 403
POST                                401 401 403 201 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
GET    /counts                      401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403 403

/overdue-cases                      no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403

/outside-bodies                     no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403 403

/identity-requests                  no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 200 200 200 200 403 403 403 403 200 200 200 200 403 403 403 403 200

/identity-requests/{asked}          no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 404 404 404 200 404 404 404 403 403 403 403 200 404 404 200 403 403 403 403 200
GET    /identity                    401 401 403 404 404 404 409 404 404 404 403 403 403 403 403 403 404 403 403 403 403 403 403
POST   /revocation                  401 401 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 409 403 403 403 403 403
POST   /decision                    401 401 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 200 403 403 403 403 403

/re-reviews                         no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 403 403 403 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403
POST                                401 401 403 403 403 403 403 403 403 403 403 403 403 403 422 422 422 403 403 403 403 403 403
POST   /{drawn}/decision            401 401 403 403 403 403 403 403 403 403 403 403 403 403 200 404 409 403 403 403 403 403 403

/re-review-draws                    no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 403 403 403 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403
GET    /{draw}                      401 401 403 403 403 403 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403

/old-files                          no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 200 200 200 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403
GET    /{file}                      401 401 403 200 404 200 404 404 404 404 200 200 404 200 200 200 200 403 403 403 403 403 403
GET    /summary                     401 401 403 200 200 200 403 403 403 403 200 200 200 200 200 200 200 403 403 403 403 403 403

/imports                            no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET    /old-cases/template          401 401 403 200 200 200 403 403 403 403 403 403 403 403 403 403 200 403 403 403 403 403 403
POST   /old-cases                   401 401 403 202 202 202 403 403 403 403 403 403 403 403 403 403 202 403 403 403 403 403 403
GET    /{import}                    401 401 404 200 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404

/me                                 no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET    /notices                     401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403
GET    /notices/count               401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403
POST   /notices/read                401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403
GET    /notice-settings             401 401 403 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 403 403 403 403 403
PUT    /notice-settings             401 401 403 422 422 422 422 422 422 422 422 422 422 422 422 422 422 422 403 403 403 403 403
GET    /study-record                401 401 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200

/study-records                      no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
GET                                 401 401 403 403 403 403 403 403 403 403 200 200 200 200 403 403 403 403 200 403 403 403 403
GET    /{person}                    401 401 200 404 404 404 404 404 404 404 200 200 200 200 404 404 404 404 200 404 404 404 404
"""  # noqa: E501

# Each action in a state that allows it, on a case that nobody reported, about the unit, with the same people.
_ACTIONS = """
                                    no own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
accept               {registered}   401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
refuse               {registered}   401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
transfer             {registered}   401 401 403 200 404 404 404 404 404 404 403 403 404 404 200 404 200 403 403 403 403 403 403
acknowledge_transfer {transferred}  401 401 403 200 404 404 404 404 404 404 403 403 404 404 200 404 200 403 403 403 403 403 403
take_back            {transferred}  401 401 403 200 404 404 404 404 404 404 403 403 404 404 200 404 200 403 403 403 403 403 403
assign               {accepted}     401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
reassign             {assigned}     401 401 403 200 404 404 403 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
start                {assigned}     401 401 403 403 404 404 200 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
return               {assigned}     401 401 403 403 404 404 200 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
object               {assigned}     401 401 403 403 404 404 200 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
insist               {returned}     401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
join                {investigating} 401 401 403 200 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
unjoin              {investigating} 401 401 403 200 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
exclude             {investigating} 401 401 403 200 404 404 403 403 404 404 403 403 404 404 200 404 200 403 403 403 403 403 403
record_step         {investigating} 401 401 403 403 404 404 200 200 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
request_assistance  {investigating} 401 401 403 200 404 404 200 200 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
record_assistance   {investigating} 401 401 403 200 404 404 200 200 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
withdraw_assistance {investigating} 401 401 403 200 404 404 200 200 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
record_finding      {investigating} 401 401 403 403 404 404 200 200 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
record_disposition   {findings}     401 401 403 200 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
investigate_further  {findings}     401 401 403 403 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
conclude             {disposition}  401 401 403 403 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
tell_result          {feedback}     401 401 403 200 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
confirm_adequate     {feedback}     401 401 403 200 404 404 403 403 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
confirm_adequate     {decided}      401 401 403 403 404 404 403 403 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
send_back            {feedback}     401 401 403 200 404 404 403 403 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
close                {unconfirmed}  401 401 403 409 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
close                {confirmed}    401 401 403 200 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
suspend             {investigating} 401 401 403 200 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
resume               {suspended}    401 401 403 200 404 404 403 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
extend              {investigating} 401 401 403 403 404 404 403 403 404 404 200 200 404 404 403 404 403 403 403 403 403 403 403
ask_extension       {investigating} 401 401 403 200 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
approve_extension   {investigating} 401 401 403 403 404 404 403 403 404 404 200 403 404 404 403 404 403 403 403 403 403 403 403
refuse_extension    {investigating} 401 401 403 403 404 404 403 403 404 404 200 403 404 404 403 404 403 403 403 403 403 403 403
supervise           {investigating} 401 401 403 200 404 404 403 403 404 404 200 200 404 404 200 404 200 403 403 403 403 403 403
answer_supervision  {investigating} 401 401 403 403 404 404 200 403 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
merge                {registered}   401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
separate             {merged}       401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
split                {accepted}     401 401 403 200 404 404 404 404 404 404 403 403 404 404 403 404 403 403 403 403 403 403 403
reopen               {closed}       401 401 403 200 404 404 403 403 404 404 403 403 404 404 200 404 200 403 403 403 403 403 403
"""  # noqa: E501

# Which lists have what; "-": no such list for them.
_FOUND = """
                                    no  own mem dsk dof out han joi hot prt lea oth lof lou sup sou two cus tra edi rev adm aud
/cases {case}                       -   -   -   yes no  no  yes yes no  no  yes yes no  no  yes no  yes -   -   -   -   -   -
/cases {free}                       -   -   -   yes yes yes yes no  no  no  yes yes yes yes yes yes yes -   -   -   -   -   -
/cases {above}                      -   -   -   no  no  no  no  no  no  no  no  no  no  no  yes yes yes -   -   -   -   -   -
/cases {route}                      -   -   -   no  no  no  no  no  no  no  no  no  no  no  yes yes yes -   -   -   -   -   -
/cases {merged}                     -   -   -   yes no  no  yes yes no  no  yes yes no  no  yes no  yes -   -   -   -   -   -
/cases {part}                       -   -   -   yes no  no  no  no  no  yes yes yes no  no  yes no  yes -   -   -   -   -   -
/cases {closed}                     -   -   -   yes no  no  yes yes no  no  yes yes no  no  yes no  yes -   -   -   -   -   -
/cases {review}                     -   -   -   yes no  yes no  no  no  no  yes yes no  yes yes yes yes -   -   -   -   -   -
/re-reviews {drawn}                 -   -   -   -   -   -   -   -   -   -   yes yes no  no  yes no  yes -   -   -   -   -   -
/old-files {file}                   -   -   -   yes no  yes -   -   -   -   yes yes no  yes yes yes yes -   -   -   -   -   -
/identity-requests {asked}          -   -   -   no  no  no  yes no  no  no  -   -   -   -   yes no  no  yes -   -   -   -   yes
"""  # noqa: E501


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
    def end(self) -> str:
        """What is done, wherever below."""
        return f"{self.method} {self.below}"


class Tried(NamedTuple):
    """An action in a state."""

    action: str
    state: str
    statuses: dict[str, int]


class Found(NamedTuple):
    """Something in a list; of whom no list is shown, ``None``."""

    path: str
    place: str
    seen: dict[str, bool | None]


def _routes() -> Iterator[Route]:
    for section in _ROUTES.strip().split("\n\n"):
        heading, *rows = section.splitlines()
        above, *columns = heading.split()
        assert columns == list(COLUMNS), heading
        for row in rows:
            words, cells = _split(row)
            yield Route(words[0], above, "".join(words[1:]), {name: int(cell) for name, cell in cells.items()})


def _actions() -> Iterator[Tried]:
    for row in _rows(_ACTIONS):
        (action, state), cells = _split(row)
        yield Tried(action, state.strip("{}"), {name: int(cell) for name, cell in cells.items()})


def _found() -> Iterator[Found]:
    shown = {"yes": True, "no": False, "-": None}
    for row in _rows(_FOUND):
        (path, place), cells = _split(row)
        yield Found(path, place.strip("{}"), {name: shown[cell] for name, cell in cells.items()})


def _rows(table: str) -> list[str]:
    heading, *rows = table.strip().splitlines()
    assert heading.split() == list(COLUMNS), heading
    return rows


def _split(row: str) -> tuple[list[str], dict[str, str]]:
    """The words before the cells, and the cells by their columns."""
    words = row.split()
    first = len(words) - len(COLUMNS)
    return words[:first], dict(zip(COLUMNS, words[first:], strict=True))


ROUTES = tuple(_routes())
ACTIONS = tuple(_actions())
FOUND = tuple(_found())
