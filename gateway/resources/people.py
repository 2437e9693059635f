"""People, and the signed-in person."""

from __future__ import annotations

from contracts.identity import operations as identity
from gateway.resource import Resource

blp = Resource("people", description="人员 People of the bureau")


@blp.route("/me")
@blp.calls(identity.me)
def me(request, call, rpc):
    """当前用户 The signed-in person"""
    return rpc(request)


@blp.route("/me/email", methods=["PUT"])
@blp.calls(identity.change_my_address)
def change_my_address(request, call, rpc):
    """本人邮箱 Set or clear the address that one's notices of work go to

    Mails say how many matters wait and the numbers of their cases, never what a case is about.
    """
    return rpc(request)


@blp.route("/people")
@blp.calls(identity.list_people)
def list_people(request, call, rpc):
    """人员列表 List people"""
    return rpc(request)


@blp.route("/people", methods=["POST"])
@blp.calls(identity.create_person, status=201, etag="version", location=True)
def create_person(request, call, rpc):
    """新增人员 Create a person"""
    return rpc(request)


@blp.route("/people/<person_id>")
@blp.calls(identity.get_person, etag="version")
def get_person(request, call, rpc, person_id):
    """人员详情 Read a person"""
    return rpc(request)


@blp.route("/people/<person_id>", methods=["PATCH"])
@blp.calls(identity.change_person, etag="version")
def change_person(request, call, rpc, person_id):
    """修改人员 Change a person"""
    return rpc(request)
