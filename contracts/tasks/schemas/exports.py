"""Bundles: a whole case as numbered, signed files that can be checked without this system."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id
from contracts.schema import Schema
from contracts.tasks.schemas.cases import CaseId

# Beside the two documents, one file for each item of evidence and two for each file of a report; a request of so many
# stays below 1 MB.
MOST_FILES = 3000

# A path within the bundle: relative, below it, the same on every system.
_PATH = r"(?!.*(?:^|/)\.)(?!/)[^\\\x00-\x1f\x7f:*?\"<>|]{1,200}(?<!/)\Z"
_NAMED_BY_THE_SERVICE = ("manifest.json", "manifest.sig")


class BundleFile(Schema):
    """A file of the bundle: its path there, its bytes and their SHA-256; ``item``: of which item of evidence it is the
    original.
    """

    path = fields.String(required=True, validate=validate.Regexp(_PATH))
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=1 << 50))
    sha256 = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    item = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=1_000_000))


class NewExport(CaseId):
    """What a bundle consists of. ``expected_version``: of the case that it tells of; 412 when that has changed."""

    expected_version = fields.Integer(required=True, validate=validate.Range(min=1))
    files = fields.List(fields.Nested(BundleFile), required=True, validate=validate.Length(min=1, max=MOST_FILES))

    @validates_schema(skip_on_field_errors=True)
    def _each_file_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        paths = [file["path"] for file in data["files"]]
        items = [file["item"] for file in data["files"] if file["item"] is not None]
        if len(set(paths)) < len(paths) or len(set(items)) < len(items) or set(paths) & set(_NAMED_BY_THE_SERVICE):
            raise ValidationError("exports.each_file_once", "files")


class Export(Schema):
    """The bundle's number, and its manifest as the bureau signed it.

    ``manifest`` is the text of ``manifest.json``, byte for byte in UTF-8; ``signature`` the Ed25519 signature, in
    base64; ``key_id`` says by which key.
    """

    id = Id(required=True)
    number = fields.String(required=True)
    manifest = fields.String(required=True)
    signature = fields.String(required=True)
    key_id = fields.String(required=True)
