"""Files on their way through the gateway: never as a whole in memory, never on disk.

``body`` reads what a client sends as it comes, ``multipart`` finds the file in it, ``sending`` hands it to the service
piece by piece, ``fetching`` brings a file back in the same way, ``tables`` one that is made part by part; ``slots``
keeps slow ones from taking every thread.
"""
