"""Authlib, as its documentation of OAuth 2 sessions and of OpenID Connect clients has it."""

import os
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from talk import ISSUER, POST_LOGOUT_REDIRECT_URI, REDIRECT_URI, browse


def session(client_id="web", secret="web-secret", **more):
    return OAuth2Session(client_id, secret, redirect_uri=REDIRECT_URI, code_challenge_method="S256", **more)


def refuses(error, act, *arguments, **named):
    try:
        result = act(*arguments, **named)
    except OAuthError as refusal:
        assert refusal.error == error, f"{refusal.error}: {refusal.description}"
        return
    raise AssertionError(f"{error} was expected: {result}")


web = session(scope="openid email")
metadata = web.get(f"{ISSUER}/.well-known/openid-configuration", withhold_token=True).json()
assert metadata["issuer"] == ISSUER
keys = KeySet.import_key_set(web.get(metadata["jwks_uri"], withhold_token=True).json())


def log_in(client, verifier=None):
    """Sends a person to log in; gives where they come back and the proof key that belongs to it."""
    verifier = verifier or secrets.token_urlsafe(48)
    nonce = secrets.token_urlsafe(16)
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    back = browse(url)["url"]
    client.state = state
    return back, verifier, nonce


def redeem(client, back, verifier):
    return client.fetch_token(metadata["token_endpoint"], authorization_response=back, code_verifier=verifier)


def claims_of(id_token, client_id, nonce=None):
    token = jwt.decode(id_token, keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    needed = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": client_id}, "sub": {"essential": True}}
    if nonce:
        needed["nonce"] = {"essential": True, "value": nonce}
    jwt.JWTClaimsRegistry(**needed).validate(token.claims)
    return token.claims


back, verifier, nonce = log_in(web)
token = redeem(web, back, verifier)
claims = claims_of(token["id_token"], "web", nonce)
assert claims["email"] == "alice@example.org"
try:
    claims_of(token["id_token"], "another")
    raise AssertionError("an ID token for somebody else was taken")
except JoseError:
    pass
assert web.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]
first_refresh = token["refresh_token"]
renewed = web.refresh_token(metadata["token_endpoint"], refresh_token=first_refresh)
assert web.get(metadata["userinfo_endpoint"]).json()["preferred_username"] == "alice"
introspected = web.introspect_token(metadata["introspection_endpoint"], token=renewed["refresh_token"], token_type_hint="refresh_token").json()
assert introspected["active"] and introspected["client_id"] == "web", introspected
refuses("invalid_grant", session().refresh_token, metadata["token_endpoint"], refresh_token=first_refresh)
print("code, refresh, userinfo, introspection")

another = session(scope="openid")
back, verifier, _ = log_in(another)
refuses("invalid_grant", redeem, another, back, secrets.token_urlsafe(48))
back, verifier, _ = log_in(another)
redeem(another, back, verifier)
refuses("invalid_grant", redeem, another, back, verifier)
stranger = session(secret="not-the-secret", scope="openid")
back, verifier, _ = log_in(stranger)
refuses("unauthorized_client", redeem, stranger, back, verifier)
forged = back.replace("state=", "state=x")
try:
    redeem(another, forged, verifier)
    raise AssertionError("an answer to another request was taken")
except Exception as refusal:  # Authlib's own class for it has moved between versions
    assert "state" in str(refusal).lower(), refusal
print("wrong verifier, used code, wrong secret, wrong state refused")

last = session(scope="openid")
back, verifier, nonce = log_in(last)
token = redeem(last, back, verifier)
answer = last.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token")
assert answer.status_code == 200
refuses("invalid_grant", session().refresh_token, metadata["token_endpoint"], refresh_token=token["refresh_token"])
back, verifier, nonce = log_in(last)
token = redeem(last, back, verifier)
bye = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": POST_LOGOUT_REDIRECT_URI, "state": "gone"}
gone = browse(f"{metadata['end_session_endpoint']}?{urlencode(bye)}")
assert gone["url"] == f"{POST_LOGOUT_REDIRECT_URI}?state=gone", gone
assert last.get(metadata["userinfo_endpoint"]).status_code == 401
refuses("invalid_grant", session().refresh_token, metadata["token_endpoint"], refresh_token=token["refresh_token"])
url, _ = last.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, prompt="none")
assert parse_qs(urlsplit(browse(url)["url"]).query)["error"] == ["login_required"]
print("revocation, log-out")

with open(os.environ["CLIENT_KEY"], encoding="ascii") as file:
    keyed = OAuth2Session("keyed", ECKey.import_key(file.read()), token_endpoint_auth_method="private_key_jwt")
keyed.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg="ES256", headers={"kid": "own"}))
own = keyed.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
assert own["access_token"] and "refresh_token" not in own
posting = OAuth2Session("web", "web-secret", token_endpoint_auth_method="client_secret_post")
assert posting.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")["access_token"]
print("client credentials by key and by secret")
print("all done")
