"""Pictures of questions, in the bank and in attempts."""

from __future__ import annotations

import base64
from typing import Any

from flask import Response

from contracts.quiz import operations as quiz
from gateway.resource import Resource

blp = Resource("media", description="试题图片 Pictures of questions")


@blp.route("/media", methods=["POST"])
@blp.calls(quiz.add_media, status=201, upload=True, location=True)
def add_media(request, call, rpc):
    """上传图片 Add a picture: PNG, JPEG or WebP, at most 2 MB

    It is drawn anew, without metadata; the same picture has the same id.
    """
    return rpc(request)


@blp.route("/media/<media_id>")
@blp.calls(quiz.get_media)
def get_media(request, call, rpc, media_id):
    """查看题库图片 See a picture of the bank"""
    return _picture(rpc(request))


@blp.route("/attempts/<attempt_id>/media/<media_id>")
@blp.calls(quiz.get_attempt_media)
def get_attempt_media(request, call, rpc, attempt_id, media_id):
    """查看答卷中的图片 See a picture of an own attempt

    While the attempt shows its questions: as long as it runs, and when the exam's review rules allow it.
    """
    return _picture(rpc(request))


@blp.route("/me/practice/questions/<question_id>/media/<media_id>")
@blp.calls(quiz.get_practice_media)
def get_practice_media(request, call, rpc, question_id, media_id):
    """查看练习题中的图片 See a picture of a question of today's set or of the own wrong-question book"""
    return _picture(rpc(request))


def _picture(found: dict[str, Any]) -> Response:
    """The picture for this person alone: what may be seen now may be hidden in a minute."""
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(base64.b64decode(found["content"]), content_type=found["media_type"], headers=headers)
