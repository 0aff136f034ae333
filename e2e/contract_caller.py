"""Whoever asks for the contract: lets itself in again where what it asked has shut it out.

Every operation may be asked, those too that end a session; none is left unasked for that.
"""

import json
import os
import time
import urllib.error
import urllib.request

import schemathesis

TRIES_MAX = 60
ADDRESS = os.environ["LANDFALL_ADDRESS"]
CREDENTIALS = {"name": "me", "password": os.environ["LANDFALL_PASSWORD"]}


def asked(path, token=None, body=None):
    """Returns the status and the text of what `path` answers."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(ADDRESS + path, data, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@schemathesis.auth(refresh_interval=None)
class Caller:
    """A session of the administrator, for as long as it lasts."""

    token = None

    def get(self, case, context):
        """Returns a token that lets in now."""
        if self.token is None or asked("/api/v1/me", self.token)[0] == 401:
            status, text = asked("/api/v1/session", body=CREDENTIALS)
            for _ in range(TRIES_MAX):
                if status != 429:
                    break
                # What was asked with wrong passwords makes everybody at this address wait.
                time.sleep(1)
                status, text = asked("/api/v1/session", body=CREDENTIALS)
            assert status == 200, text
            self.token = json.loads(text)["secret"]
        return self.token

    def set(self, case, data, context):
        """Shows it."""
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
