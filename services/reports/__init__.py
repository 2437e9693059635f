"""Intake of reports and suggestions, receipts, sealed content, the inbox between staff and reporter."""
