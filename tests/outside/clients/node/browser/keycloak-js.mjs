// keycloak-js in a page of its own: silent single sign-on by its frame, log in, renew, log out in one tab and hear of it in another.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { end, logIn, reach, visitor } from './stage.mjs';
import { issuer } from '../talk.mjs';

const [url, realm] = issuer.split('/realms/');
const library = readFileSync(new URL('../node_modules/keycloak-js/lib/keycloak.js', import.meta.url));
const files = {
  '/keycloak.js': ['text/javascript', library],
  '/silent.html': ['text/html', '<!doctype html><script>parent.postMessage(location.href, location.origin)</script>'],
  '/': ['text/html', `<!doctype html><title>Page</title><p id="who">…</p><script type="module">
    import Keycloak from '/keycloak.js';
    const keycloak = window.keycloak = new Keycloak({ url: '${url}', realm: '${realm}', clientId: 'page' });
    window.heard = [];
    for (const name of ['AuthSuccess', 'AuthLogout', 'AuthRefreshSuccess', 'AuthRefreshError', 'TokenExpired', 'AuthError'])
      keycloak['on' + name] = () => window.heard.push(name);
    try {
      await keycloak.init({ onLoad: 'check-sso', silentCheckSsoRedirectUri: location.origin + '/silent.html', pkceMethod: 'S256', checkLoginIframeInterval: 1 });
      document.getElementById('who').textContent = keycloak.authenticated ? keycloak.tokenParsed.preferred_username : 'nobody';
    } catch (error) { document.getElementById('who').textContent = 'failed: ' + JSON.stringify(error) + error; }
  </script>`],
};
const server = createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://localhost').pathname] ?? ['text/plain', ''];
  response.setHeader('content-type', `${type};charset=utf-8`).end(body);
}).listen(0, 'localhost');
await once(server, 'listening');
const home = `http://localhost:${server.address().port}/`;

/** Who the page says is there, once it says so. */
const who = async (page) => {
  await page.waitForFunction(() => document.getElementById('who')?.textContent !== '…');
  return page.locator('#who').innerText();
};

const page = await visitor();
const answers = [];
page.on('response', (response) => response.url().startsWith(issuer) && answers.push(`${response.status()} ${new URL(response.url()).pathname.split('/').slice(4).join('/')}`));
await page.goto(home);
assert.equal(await who(page), 'nobody');
assert.ok(answers.some((line) => line === '200 openid-connect/3p-cookies/step1.html'), answers.join('\n'));

await Promise.all([page.waitForURL(/\/protocol\/openid-connect\/auth/), page.evaluate(() => { window.keycloak.login(); })]);
await logIn(page, 'alice');
await reach(page, `${home}**`);
assert.equal(await who(page), 'alice');
assert.ok(answers.some((line) => line === '200 openid-connect/login-status-iframe.html'), answers.join('\n'));
const profile = await page.evaluate(() => window.keycloak.loadUserInfo());
assert.equal(profile.email, 'alice@example.org');
assert.ok(await page.evaluate(() => window.keycloak.hasRealmRole('pilot')));

// Renewed.
const before = await page.evaluate(() => window.keycloak.token);
assert.equal(await page.evaluate(() => window.keycloak.updateToken(-1)), true);
assert.notEqual(await page.evaluate(() => window.keycloak.token), before);

// Another tab is logged in without a word: the frame asks, nobody is redirected.
const other = await page.context().newPage();
await other.goto(home);
assert.equal(await who(other), 'alice');

// Logged out here, the other tab hears of it from the session's frame.
await page.evaluate(() => { window.keycloak.logout({ redirectUri: location.origin + '/' }); });
await page.waitForFunction(() => document.getElementById('who')?.textContent === 'nobody');
await other.waitForFunction(() => window.heard.includes('AuthLogout'));
assert.equal(await other.evaluate(() => window.keycloak.token), undefined);

// A renewal after that is refused, and the page is told.
const stale = await page.context().newPage();
await stale.goto(home);
assert.equal(await who(stale), 'nobody');
const faults = page.faults.filter((fault) => !/Failed to load resource/.test(fault));
assert.deepEqual(faults, []);
server.close();
await end();
