"""How the system is run: the local process set, the image, Kubernetes and compose definitions, and their checks."""
