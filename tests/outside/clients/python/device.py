"""A device without a library, as its firmware would do it (RFC 8628): standard library only."""

import json
import time
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from talk import ISSUER, browse

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def post(url, **form):
    try:
        with urlopen(url, urlencode(form).encode()) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        return refusal.code, json.load(refusal)


with urlopen(f"{ISSUER}/.well-known/openid-configuration") as document:
    metadata = json.load(document)
assert GRANT in metadata["grant_types_supported"]


def ask_for_codes():
    status, codes = post(metadata["device_authorization_endpoint"], client_id="device", scope="openid")
    assert status == 200, codes
    assert codes["user_code"] in codes["verification_uri_complete"]
    return codes


def poll(codes):
    return post(metadata["token_endpoint"], grant_type=GRANT, client_id="device", device_code=codes["device_code"])


def poll_until_told(codes):
    interval = codes["interval"]
    for _ in range(20):
        status, answer = poll(codes)
        if answer.get("error") not in ("authorization_pending", "slow_down"):
            return status, answer
        if answer["error"] == "slow_down":
            interval += 5
        time.sleep(interval)
    raise AssertionError("never told")


# Somebody types the code.
codes = ask_for_codes()
status, answer = poll(codes)
assert (status, answer["error"]) == (400, "authorization_pending"), answer
status, answer = poll(codes)
assert (status, answer["error"]) == (400, "slow_down"), answer
wrong = browse(codes["verification_uri"], code="WRON-GCOD")
assert "device_user_code" in wrong["body"], wrong
browse(codes["verification_uri"], code=codes["user_code"])
status, tokens = poll_until_told(codes)
assert status == 200 and tokens["token_type"] == "Bearer" and tokens["id_token"], tokens
status, answer = poll(codes)
assert (status, answer["error"]) == (400, "invalid_grant"), answer
print("typed")

# Somebody follows the picture, and says no.
codes = ask_for_codes()
browse(codes["verification_uri_complete"], code=codes["user_code"], consent=False)
status, answer = poll_until_told(codes)
assert (status, answer["error"]) == (400, "access_denied"), answer
print("refused")

# Another client cannot fetch what was meant for this one, and a client that is no device gets no code at all.
codes = ask_for_codes()
status, answer = post(metadata["token_endpoint"], grant_type=GRANT, client_id="native", device_code=codes["device_code"])
assert status == 400, answer
status, answer = post(metadata["device_authorization_endpoint"], client_id="native")
assert status in (400, 401) and answer["error"] in ("unauthorized_client", "invalid_client", "invalid_grant"), answer
print("all done")
