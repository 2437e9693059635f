"""Asking a part whether it is ready."""

import urllib.error
import urllib.request

# Everything asked here is on this machine; a proxy in the environment must not come between.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers_200(url: str, timeout_s: float = 2.0) -> bool:
    """Whether `GET url` answers 200 now; any failure to ask is a no."""
    try:
        with _direct.open(url, timeout=timeout_s) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
