"""How a program asks the test that runs it for what it cannot do itself: one line of JSON out, one line of JSON in."""

import json
import os
import sys

ISSUER = os.environ["ISSUER"]
REDIRECT_URI = os.environ["REDIRECT_URI"]
POST_LOGOUT_REDIRECT_URI = os.environ["POST_LOGOUT_REDIRECT_URI"]


def ask(**question):
    print(json.dumps(question), flush=True)
    return json.loads(sys.stdin.readline())


def browse(url, **who):
    """Has a person open an address and log in where they are asked to; gives the address where they end, with what they see there."""
    return ask(ask="browse", url=url, **who)
