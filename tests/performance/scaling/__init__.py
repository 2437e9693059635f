"""More processes for the same work: replicas of tasks, workers and replicas of the gateway.

Each is measured twice. At *full* speed all that the machine has is shared by the replicas, broker, database and load,
so with two cores this tells what an operation costs with more processes rather than what a second one adds. *Throttled*
each replica gets an eighth or a quarter of a core by the kernel's own quota (throttle.py), while broker, database, quiz
and load are not held back and fit beside them. A second replica then brings as much more of a processor as a second
core would, and what it adds to the rate is what must hold.
"""
