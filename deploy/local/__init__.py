"""The local process set: what `make run` starts and what a test session stands on.

`broker` and `database` run the real servers privately (own ports, credentials and data in one folder), `process` holds
one child process, `parts` lists what the system consists of, `supervisor` keeps it running under circus.
"""
