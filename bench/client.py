"""Posts every N-th line of a file, from the K-th on: `python -m bench.client HOST PATH FILE K N REQUESTS_A_SECOND`."""

import http.client
import json
import sys
import time
from itertools import islice
from pathlib import Path


def main(host: str, path: str, file: str, first: int, step: int, rate: float) -> None:
    """Print when it began and ended (seconds of the monotonic clock), and how many events were accepted.

    `rate` is requests a second, 0 for as fast as they are answered.
    """
    with Path(file).open("rb") as source:
        bodies = [line.rstrip() for line in islice(source, first, None, step)]
    connection = http.client.HTTPConnection(host, timeout=60)
    accepted, began = 0, time.monotonic()
    for number, body in enumerate(bodies):
        if rate:
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        receipt = json.loads(answer.read())
        if answer.status != 202:
            sys.exit(f"answered {answer.status}: {receipt}")
        accepted += receipt["accepted"]
    print(json.dumps({"began": began, "ended": time.monotonic(), "accepted": accepted}))


if __name__ == "__main__":
    where, path, file, first, step, rate = sys.argv[1:]
    main(where, path, file, int(first), int(step), float(rate))
