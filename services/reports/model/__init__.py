"""The rules of reports: the form, who may read what, what a reporter sees. Standard library only."""
