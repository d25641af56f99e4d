"""Reads an event stream with Python's standard library alone, and comes back behind the last event by itself.

    python3 apps/demo/interop/read_stream.py http://127.0.0.1:4200/api/readings
"""

import http.client
import json
import sys
import time
import urllib.error
import urllib.request


def events(url):
    """Yields type, data and last event ID of each event, over as many connections as it takes."""
    last_id, retry_seconds = "", 3.0
    while True:
        headers = {"Accept": "text/event-stream"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=40) as response:
                if response.status == 204:
                    return
                kind, data, block_id = "message", [], last_id
                for line in response:
                    name, _, value = line.decode().rstrip("\r\n").partition(":")
                    value = value.removeprefix(" ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        data.append(value)
                    elif name == "id":
                        block_id = value
                    elif name == "retry" and value.isdigit():
                        retry_seconds = int(value) / 1000
                    elif name == "" and line.strip() == b"":
                        # The blank line makes the block count, and its id with it: one that broke off comes again.
                        last_id = block_id
                        if data:
                            yield kind, "\n".join(data), last_id
                        kind, data = "message", []
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise
        except (OSError, http.client.HTTPException):
            pass  # The connection broke; the server still has what is missed.
        time.sleep(retry_seconds)


if __name__ == "__main__":
    for kind, data, last_id in events(sys.argv[1]):
        if kind == "reading":
            print(json.loads(data)["n"], last_id, flush=True)
        elif kind == "millrace.gap":
            print("gap", data, flush=True)
