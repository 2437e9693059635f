"""Publications: written, reviewed three times, released, withdrawn; and where each of them stands."""

from __future__ import annotations

from contracts.publicity import operations as publicity
from gateway.language import knows, text
from gateway.resource import Resource

blp = Resource("publications", description="稿件 Publications: writing, three reviews, release, withdrawal")


@blp.route("/publications")
@blp.calls(publicity.list_publications)
def list_publications(request, call, rpc):
    """稿件列表 Publications, newest first, without their texts"""
    return rpc(request)


@blp.route("/publications", methods=["POST"])
@blp.calls(publicity.create_publication, status=201, etag="version", location=True)
def create_publication(request, call, rpc):
    """撰写稿件 Write a draft"""
    return rpc(request)


@blp.route("/publications/<publication_id>")
@blp.calls(publicity.get_publication, etag="version")
def get_publication(request, call, rpc, publication_id):
    """查看稿件 One publication"""
    return rpc(request)


@blp.route("/publications/<publication_id>", methods=["PATCH"])
@blp.calls(publicity.update_publication, etag="version")
def update_publication(request, call, rpc, publication_id):
    """修改稿件 Change a publication; earlier reviews are void then"""
    return rpc(request)


@blp.route("/publications/<publication_id>/submission", methods=["POST"])
@blp.calls(publicity.submit_publication, etag="version")
def submit_publication(request, call, rpc, publication_id):
    """送审 Hand it in for review"""
    return rpc(request)


@blp.route("/publications/<publication_id>/reviews", methods=["POST"])
@blp.calls(publicity.review_publication, etag="version")
def review_publication(request, call, rpc, publication_id):
    """审核 Give the first, second or final review of exactly this text"""
    return rpc(request)


@blp.route("/publications/<publication_id>/release", methods=["POST"])
@blp.calls(publicity.release_publication, etag="version")
def release_publication(request, call, rpc, publication_id):
    """发布 Publish on all its channels, now or at a time"""
    return rpc(request)


@blp.route("/publications/<publication_id>/withdrawal", methods=["POST"])
@blp.calls(publicity.withdraw_publication, etag="version")
def withdraw_publication(request, call, rpc, publication_id):
    """撤回 Withdraw from all channels by one order"""
    return rpc(request)


@blp.route("/publications/<publication_id>/deliveries")
@blp.calls(publicity.list_deliveries)
def list_deliveries(request, call, rpc, publication_id):
    """投递情况 Where it stands on each channel"""
    page = rpc(request)
    return {**page, "items": [_with_text(item, call.language) for item in page["items"]]}


def _with_text(delivery: dict, language: str) -> dict:
    """What went wrong last, in words beside the code."""
    error = delivery["last_error"]
    code = f"publicity.error.{error}"
    return {**delivery, "last_error_text": text(code, language) if error and knows(code) else error}
