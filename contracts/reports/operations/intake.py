"""The form, and what is sent with it."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.reports.schemas import form, intake
from contracts.roles import PUBLIC

get_report_form = Operation("reports", "get_report_form", form.GetReportForm, form.ReportForm, PUBLIC, repeatable=True)
submit_report = Operation("reports", "submit_report", intake.SubmitReport, intake.SubmittedReport, PUBLIC)
