"""Triage: what a report seems to be about, how urgent it seems, what it names, which earlier ones it resembles.

Pure analysis: text in, suggestions with their reasons out. At run time it needs the standard library and numpy; nothing
here reads a database, a broker or the network. Everything that it finds is a suggestion, which staff confirm or
correct.
"""
