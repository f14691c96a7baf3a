// keycloak-connect, Keycloak's own adapter for Node, in an Express application of a page, an API and a log-out.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import express from 'express';
import session from 'express-session';
import Keycloak from 'keycloak-connect';
import { browse, done, issuer } from './talk.mjs';

const [authServerUrl, realm] = issuer.split('/realms/');
const store = new session.MemoryStore();
const configuration = {
  realm, 'auth-server-url': authServerUrl, 'ssl-required': 'none', resource: 'express', credentials: { secret: 'express-secret' },
  'verify-token-audience': false,
};
const keycloak = new Keycloak({ store }, configuration);
const app = express();
app.use(session({ secret: 'a session of this run', resave: false, saveUninitialized: true, store }));
app.use(keycloak.middleware({ logout: '/logout' }));
app.get('/', (_request, response) => response.send('open to all'));
let grant;
app.get('/page', keycloak.protect(), (request, response) => {
  grant = request.kauth.grant;
  response.json({ user: grant.access_token.content.preferred_username });
});
app.get('/pilots', keycloak.protect('realm:pilot'), (_request, response) => response.send('pilots only'));
app.get('/harbour-masters', keycloak.protect('realm:harbour-master'), (_request, response) => response.send('masters only'));
const server = app.listen(0, 'localhost');
await once(server, 'listening');
const at = `http://localhost:${server.address().port}`;

const open = await browse(`${at}/`);
assert.equal(open.body, 'open to all');
const page = await browse(`${at}/page`);
assert.equal(page.status, 200, page.body);
assert.equal(JSON.parse(page.body).user, 'alice');
assert.equal((await browse(`${at}/pilots`)).body, 'pilots only');
assert.equal((await browse(`${at}/harbour-masters`)).status, 403);
console.log('code, roles');

// What the adapter does by itself: userinfo, introspection, renewal.
const manager = keycloak.grantManager;
const first = grant.access_token.token;
assert.equal((await manager.userInfo(first)).preferred_username, 'alice');
assert.equal(await manager.validateAccessToken(first), first);
grant.access_token.content.exp = 0;
const second = (await manager.ensureFreshness(grant)).access_token.token;
assert.notEqual(second, first);
assert.equal((await manager.userInfo(second)).preferred_username, 'alice');
console.log('refresh, userinfo');

// An API call with a token, which the adapter checks by the realm's keys.
const call = async (token) => (await fetch(`${at}/page`, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' })).status;
assert.equal(await call(second), 200);
const [head, body, signature] = second.split('.');
const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), preferred_username: 'bob' };
const forged = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
assert.notEqual(await call(forged), 200, 'a forged token opens nothing');
console.log('API');

const bye = await browse(`${at}/logout`);
assert.ok(bye.url.startsWith(at), bye.url);
await assert.rejects(manager.userInfo(second));
assert.equal(await manager.validateAccessToken(second), false);
const afterwards = await browse(`${at}/page`, { password: 'wrong' });
assert.match(afterwards.body, /kc-form-login/, 'nobody is logged in any more');
console.log('log-out');
server.close();
done();
