// openid-client (panva), the relying party that is certified for Node.

import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as oidc from 'openid-client';
import { browse, done, forget, issuer, postLogoutRedirectUri, redirectUri } from './talk.mjs';

const plain = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
const discover = (id, metadata, authentication) =>
  oidc.discovery(new URL(issuer), id, metadata, authentication, { execute: plain });
const refused = (error, code) => {
  assert.equal(error.error, code, `${error.message} ${JSON.stringify(error.cause)}`);
  return true;
};

/** A request with a proof key of its own, and what the answer is checked by. */
async function request(scope = 'openid email') {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const parameters = {
    redirect_uri: redirectUri, scope, state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256',
  };
  return { checks: { ...checks, idTokenExpected: true }, parameters };
}

const web = await discover('web', undefined, oidc.ClientSecretBasic('web-secret'));

// Code and PKCE, userinfo, introspection, refresh, log-out.
const first = await request();
const back = new URL((await browse(oidc.buildAuthorizationUrl(web, first.parameters))).url);
assert.equal(back.searchParams.get('iss'), issuer);
const tokens = await oidc.authorizationCodeGrant(web, back, first.checks);
const { sub } = tokens.claims();
assert.equal(tokens.claims().email, 'alice@example.org');
assert.equal((await oidc.fetchUserInfo(web, tokens.access_token, sub)).preferred_username, 'alice');
assert.equal((await oidc.tokenIntrospection(web, tokens.access_token)).username, 'alice');
assert.equal((await oidc.tokenIntrospection(web, tokens.refresh_token, { token_type_hint: 'refresh_token' })).active, true);
await assert.rejects(oidc.authorizationCodeGrant(web, back, first.checks), (error) => refused(error, 'invalid_grant'));
await assert.rejects(oidc.fetchUserInfo(web, tokens.access_token, sub), 'a code that was used twice takes its tokens along');

const second = await request();
const again = new URL((await browse(oidc.buildAuthorizationUrl(web, second.parameters))).url);
const session = await oidc.authorizationCodeGrant(web, again, second.checks);
const refreshed = await oidc.refreshTokenGrant(web, session.refresh_token);
assert.equal(refreshed.claims().sub, sub);
assert.notEqual(refreshed.refresh_token, session.refresh_token);
const bye = oidc.buildEndSessionUrl(web, { post_logout_redirect_uri: postLogoutRedirectUri, id_token_hint: refreshed.id_token, state: 'gone' });
assert.equal((await browse(bye)).url, `${postLogoutRedirectUri}?state=gone`);
await assert.rejects(oidc.refreshTokenGrant(web, refreshed.refresh_token), (error) => refused(error, 'invalid_grant'));
await assert.rejects(oidc.fetchUserInfo(web, refreshed.access_token, sub));
assert.equal((await oidc.tokenIntrospection(web, refreshed.access_token)).active, false);
console.log('code, refresh, userinfo, log-out');

// Without a session, silence is refused, and the library says so by the provider's word.
const silent = oidc.buildAuthorizationUrl(web, { ...second.parameters, prompt: 'none' });
const silence = new URL((await browse(silent)).url);
await assert.rejects(oidc.authorizationCodeGrant(web, silence, second.checks), (error) => refused(error, 'login_required'));
// A wrong password brings no code.
const wrong = await browse(oidc.buildAuthorizationUrl(web, (await request()).parameters), { password: 'wrong' });
assert.equal(wrong.status, 200);
assert.match(wrong.body, /kc-form-login/);
// A wrong verifier, a wrong secret, an unknown redirect URI.
const stolen = await request();
const loot = new URL((await browse(oidc.buildAuthorizationUrl(web, stolen.parameters))).url);
const guess = { ...stolen.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
await assert.rejects(oidc.authorizationCodeGrant(web, loot, guess), (error) => refused(error, 'invalid_grant'));
const stranger = await discover('web', undefined, oidc.ClientSecretPost('not-the-secret'));
await assert.rejects(oidc.clientCredentialsGrant(stranger), (error) => refused(error, 'unauthorized_client'));
const elsewhere = await browse(oidc.buildAuthorizationUrl(web, { ...stolen.parameters, redirect_uri: 'https://app.example/other' }));
assert.equal(elsewhere.status, 400);
await forget();
console.log('wrong things refused');

// Revocation takes the session with the token.
const third = await request('openid offline_access');
const kept = await oidc.authorizationCodeGrant(web, new URL((await browse(oidc.buildAuthorizationUrl(web, third.parameters))).url), third.checks);
await oidc.tokenRevocation(web, kept.refresh_token);
await assert.rejects(oidc.refreshTokenGrant(web, kept.refresh_token), (error) => refused(error, 'invalid_grant'));
console.log('revocation');

// Client credentials, by a secret in the form and by a key.
const posting = await discover('web', undefined, oidc.ClientSecretPost('web-secret'));
const own = await oidc.clientCredentialsGrant(posting);
assert.equal(own.token_type, 'bearer');
assert.equal((await oidc.tokenIntrospection(posting, own.access_token)).username, 'service-account-web');
const pem = createPrivateKey(readFileSync(process.env.CLIENT_KEY)).export({ type: 'pkcs8', format: 'der' });
const key = await crypto.subtle.importKey('pkcs8', pem, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const keyed = await discover('keyed', undefined, oidc.PrivateKeyJwt({ key, kid: 'own' }));
assert.ok((await oidc.clientCredentialsGrant(keyed)).access_token);
const secretive = await discover('keyed', undefined, oidc.ClientSecretPost('keyed-secret'));
await assert.rejects(oidc.clientCredentialsGrant(secretive), (error) => refused(error, 'unauthorized_client'));
console.log('client credentials');

// A pushed request whose code, tokens and calls are all bound to one key (RFC 9126, RFC 9449).
const pushed = await discover('pushed', undefined, oidc.ClientSecretPost('pushed-secret'));
const DPoP = oidc.getDPoPHandle(pushed, await oidc.randomDPoPKeyPair());
const fourth = await request();
const short = await oidc.buildAuthorizationUrlWithPAR(pushed, fourth.parameters, { DPoP });
assert.deepEqual([...short.searchParams.keys()].sort(), ['client_id', 'request_uri']);
const bound = await oidc.authorizationCodeGrant(pushed, new URL((await browse(short)).url), fourth.checks, undefined, { DPoP });
assert.equal(bound.token_type, 'dpop');
assert.equal((await oidc.fetchUserInfo(pushed, bound.access_token, sub, { DPoP })).email, 'alice@example.org');
await assert.rejects(oidc.fetchUserInfo(pushed, bound.access_token, sub), 'a bound token is nothing without its key');
const thief = oidc.getDPoPHandle(pushed, await oidc.randomDPoPKeyPair());
await assert.rejects(oidc.fetchUserInfo(pushed, bound.access_token, sub, { DPoP: thief }));
assert.equal((await oidc.refreshTokenGrant(pushed, bound.refresh_token, undefined, { DPoP })).token_type, 'dpop');
const unpushed = await browse(oidc.buildAuthorizationUrl(pushed, (await request()).parameters));
assert.equal(new URL(unpushed.url).searchParams.get('error'), 'invalid_request');
console.log('pushed and bound');

// Hybrid: an ID token with the code, in the fragment; and signed answers (JARM).
const hybrid = await discover('hybrid', undefined, oidc.ClientSecretPost('hybrid-secret'));
oidc.useCodeIdTokenResponseType(hybrid);
const fifth = await request();
const front = new URL((await browse(oidc.buildAuthorizationUrl(hybrid, fifth.parameters))).url);
assert.match(front.hash, /id_token=/);
const both = await oidc.authorizationCodeGrant(hybrid, front, fifth.checks);
assert.equal(both.claims().sub, sub);
const signed = await discover('web', undefined, oidc.ClientSecretPost('web-secret'));
oidc.useJwtResponseMode(signed);
const sixth = await request();
const jarm = new URL((await browse(oidc.buildAuthorizationUrl(signed, sixth.parameters))).url);
assert.deepEqual([...jarm.searchParams.keys()], ['response']);
assert.equal((await oidc.authorizationCodeGrant(signed, jarm, sixth.checks)).claims().sub, sub);
console.log('hybrid, signed answers');

// A device (RFC 8628): nothing until a person has agreed, once they have said no never.
const device = await discover('device', undefined, oidc.None());
for (const consent of [true, false]) {
  const codes = await oidc.initiateDeviceAuthorization(device, { scope: 'openid' });
  const polled = oidc.pollDeviceAuthorizationGrant(device, codes);
  polled.catch(() => {});
  const page = await browse(codes.verification_uri_complete, { code: codes.user_code, consent });
  assert.equal(page.status, 200, page.body);
  if (consent) assert.equal((await polled).claims().sub, sub);
  else await assert.rejects(polled, (error) => refused(error, 'access_denied'));
}
console.log('device');
done();
