"""Old files under review: their import, the list by what they lack, one file, and the counts.

The progress of an import is read at ``/imports/<id>`` (gateway/resources/imports.py).
"""

from __future__ import annotations

import base64

from contracts.tasks import operations as tasks
from gateway.resource import Resource, download

blp = Resource("old-files", description="案件倒查 Old files under review")

IMPORTS = {tasks.OLD_FILE_IMPORT_ID_PREFIX: tasks.get_old_file_import}


@blp.route("/imports/old-cases", methods=["POST"])
@blp.calls(tasks.start_old_file_import, status=202, upload=True)
def start_old_file_import(request, call, rpc):
    """导入旧案 Import old files from .xlsx or .csv

    One row a file, known by its own number; one that was imported before stays as it is. Each is checked against the
    four guards, and one that fails becomes an open case. The answer comes at once, the work goes on. With `dry_run`
    nothing is kept: only the account of rejected rows and the counts.
    """
    return rpc(request)


@blp.route("/imports/old-cases/template")
@blp.calls(tasks.get_old_file_template)
def get_old_file_template(request, call, rpc):
    """旧案导入模板 The table to fill in: header, an example, and the words that may be used"""
    file = rpc(request)
    return download(base64.b64decode(file["content"]), file_name=file["file_name"], media_type=file["media_type"])


@blp.route("/old-files")
@blp.calls(tasks.list_old_files)
def list_old_files(request, call, rpc):
    """倒查旧案列表 List the old files, by the guard that they failed

    Oldest first. Those about a unit of the reader are left out.
    """
    return rpc(request)


@blp.route("/old-files/summary")
@blp.calls(tasks.summarise_old_files)
def summarise_old_files(request, call, rpc):
    """倒查统计 How many failed each guard, in all, by unit and by import

    The same filters as the list, and as many files.
    """
    return rpc(request)


@blp.route("/old-files/<old_file_id>")
@blp.calls(tasks.get_old_file)
def get_old_file(request, call, rpc, old_file_id):
    """倒查旧案 Read an old file

    `content` is null for those who do not read the file of its case.
    """
    return rpc(request)
