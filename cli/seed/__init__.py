"""Demonstration data, put in through the same HTTP interface that everybody uses; nothing of it twice.

One module an area (``AREAS`` in cli/seed/command.py), each with ``run(context)``; see ``context.Context`` for what it
can use. ``run`` looks at what is there and adds what is missing, so that an interrupted seed is simply run again.
"""
