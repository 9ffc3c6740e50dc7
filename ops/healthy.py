"""Does a server of ours answer? `make run` waits for it; in a container `python -m ops.healthy` is the health check."""

import http.client
import os
import sys

LIMIT_S = 5.0
READY = "/health/ready"


def host_header(allowed_hosts: str, default: str) -> str:
    """A name that the server answers to: the first of ALLOWED_HOSTS (".example.org" means the domain itself too)."""
    first = allowed_hosts.split(",", maxsplit=1)[0].strip().removeprefix(".")
    return default if first in {"", "*"} else first


def is_healthy(host: str, port: int, *, path: str = READY, allowed_hosts: str = "") -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=LIMIT_S)
    try:
        connection.request("GET", path, headers={"Host": host_header(allowed_hosts, f"127.0.0.1:{port}")})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    port = int(os.environ.get("PORT", "") or "8000")
    return 0 if is_healthy("127.0.0.1", port, allowed_hosts=os.environ.get("ALLOWED_HOSTS", "")) else 1


if __name__ == "__main__":
    sys.exit(main())
