"""The tree of units."""

from __future__ import annotations

from contracts.identity import operations as identity
from gateway.resource import Resource

blp = Resource("units", description="单位 The organisation's units")


@blp.route("/units")
@blp.calls(identity.list_units)
def list_units(request, call, rpc):
    """单位列表 List units"""
    return rpc(request)


@blp.route("/units", methods=["POST"])
@blp.calls(identity.create_unit, status=201, etag="version", location=True)
def create_unit(request, call, rpc):
    """新增单位 Create a unit"""
    return rpc(request)


@blp.route("/units/<unit_id>")
@blp.calls(identity.get_unit, etag="version")
def get_unit(request, call, rpc, unit_id):
    """单位详情 Read a unit"""
    return rpc(request)


@blp.route("/units/<unit_id>", methods=["PATCH"])
@blp.calls(identity.change_unit, etag="version")
def change_unit(request, call, rpc, unit_id):
    """修改单位 Change a unit"""
    return rpc(request)
