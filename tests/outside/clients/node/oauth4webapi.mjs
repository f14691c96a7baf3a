// oauth4webapi (panva): the same protocol, step by step, for every JavaScript runtime.

import assert from 'node:assert/strict';
import * as oauth from 'oauth4webapi';
import { browse, done, issuer, postLogoutRedirectUri, redirectUri } from './talk.mjs';

const loose = { [oauth.allowInsecureRequests]: issuer.startsWith('http:') };
const at = new URL(issuer);
const as = await oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, loose));
const bare = await oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, { ...loose, algorithm: 'oauth2' }));
assert.equal(bare.token_endpoint, as.token_endpoint, 'RFC 8414 says the same');

const native = { client_id: 'native' };
const refuses = (promise, error) =>
  assert.rejects(promise, (thrown) => {
    assert.equal(thrown.error ?? thrown.cause?.error, error, String(thrown));
    return true;
  });

async function log(client, authentication, { pushed = false, DPoP, as: person } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const url = new URL(as.authorization_endpoint);
  if (pushed) {
    const answer = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { ...loose, DPoP });
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer);
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri });
  } else {
    url.search = parameters;
  }
  const back = new URL((await browse(url, person)).url);
  const answer = oauth.validateAuthResponse(as, client, back, state);
  const redeem = (proof = verifier) =>
    oauth.authorizationCodeGrantRequest(as, client, authentication, answer, redirectUri, proof, { ...loose, DPoP });
  const process = (response) =>
    oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
  return { redeem, process, back };
}

const none = oauth.None();
const first = await log(native, none);
const response = await first.redeem();
const tokens = await first.process(response);
await oauth.validateApplicationLevelSignature(as, response, loose);
const { sub } = oauth.getValidatedIdTokenClaims(tokens);
const userInfo = async (token) =>
  oauth.processUserInfoResponse(as, native, sub, await oauth.userInfoRequest(as, native, token, loose));
assert.equal((await userInfo(tokens.access_token)).preferred_username, 'alice');

const refresh = async (token) =>
  oauth.processRefreshTokenResponse(as, native, await oauth.refreshTokenGrantRequest(as, native, none, token, loose));
const renewed = await refresh(tokens.refresh_token);
assert.equal((await userInfo(renewed.access_token)).sub, sub);
await refuses(refresh(tokens.refresh_token), 'invalid_grant');
await refuses(refresh(renewed.refresh_token), 'invalid_grant');

const second = await log(native, none);
await refuses(second.process(await second.redeem(oauth.generateRandomCodeVerifier())), 'invalid_grant');
console.log('code, refresh, userinfo; wrong verifier, used refresh token refused');

const web = { client_id: 'web' };
const secret = oauth.ClientSecretBasic('web-secret');
const own = async (client, authentication) =>
  oauth.processClientCredentialsResponse(as, client, await oauth.clientCredentialsGrantRequest(as, client, authentication, {}, loose));
const service = await own(web, secret);
const introspect = async (token, more) => {
  const answer = await oauth.introspectionRequest(as, web, secret, token, { ...loose, ...more });
  const result = await oauth.processIntrospectionResponse(as, web, answer);
  if (more?.requestJwtResponse) await oauth.validateApplicationLevelSignature(as, answer, loose);
  return result;
};
assert.equal((await introspect(service.access_token)).client_id, 'web');
assert.equal((await introspect(service.access_token, { requestJwtResponse: true })).active, true);
await oauth.processRevocationResponse(await oauth.revocationRequest(as, web, secret, service.access_token, loose));
assert.equal((await introspect(service.access_token)).active, false);
await refuses(own(web, oauth.ClientSecretBasic('wrong')), 'unauthorized_client');
console.log('client credentials, introspection, revocation');

const pushedClient = { client_id: 'pushed' };
const DPoP = oauth.DPoP(pushedClient, await oauth.generateKeyPair('ES256'));
const third = await log(pushedClient, oauth.ClientSecretPost('pushed-secret'), { pushed: true, DPoP });
const bound = await third.process(await third.redeem());
assert.equal(bound.token_type, 'dpop');
const info = await oauth.userInfoRequest(as, pushedClient, bound.access_token, { ...loose, DPoP });
assert.equal((await oauth.processUserInfoResponse(as, pushedClient, sub, info)).sub, sub);
assert.equal((await oauth.userInfoRequest(as, pushedClient, bound.access_token, loose).catch((error) => error)).status, 401);
console.log('pushed and bound');

const device = { client_id: 'device' };
const asked = await oauth.deviceAuthorizationRequest(as, device, none, { scope: 'openid' }, loose);
const codes = await oauth.processDeviceAuthorizationResponse(as, device, asked);
const poll = async () =>
  oauth.processDeviceCodeResponse(as, device, await oauth.deviceCodeGrantRequest(as, device, none, codes.device_code, loose));
await refuses(poll(), 'authorization_pending');
await browse(codes.verification_uri, { code: codes.user_code });
const onDevice = await poll().catch(async (error) => {
  // Asked again within the interval.
  assert.equal(error.error, 'slow_down');
  await new Promise((resolve) => setTimeout(resolve, (codes.interval + 5) * 1000));
  return poll();
});
assert.equal(oauth.getValidatedIdTokenClaims(onDevice).sub, sub);
await refuses(poll(), 'invalid_grant');
console.log('device');

const last = await log(native, none);
const session = await last.process(await last.redeem());
const bye = new URL(as.end_session_endpoint);
bye.search = new URLSearchParams({ id_token_hint: session.id_token, post_logout_redirect_uri: postLogoutRedirectUri });
assert.equal((await browse(bye)).url, postLogoutRedirectUri);
await refuses(refresh(session.refresh_token), 'invalid_grant');
const gone = await oauth.userInfoRequest(as, native, session.access_token, loose).catch((error) => error);
assert.equal(gone.status, 401);
console.log('log-out');
done();
