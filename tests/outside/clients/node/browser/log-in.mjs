// Log in, be wrong, be known again, be asked again, log out.

import assert from 'node:assert/strict';
import { application, arrival, arrives, end, entrance, logIn, look, violations, visitor } from './stage.mjs';
import { issuer } from '../talk.mjs';

const page = await visitor();
await page.goto(entrance());
await look(page, 'login');

// axe is awake: a label that is taken away is a fault to it.
await page.evaluate(() => document.querySelector('label[for="username"]').remove());
const planted = await violations(page);
assert.ok(planted.some((fault) => fault.startsWith('label:')), `a planted fault is seen: ${planted}`);
await page.reload();

await logIn(page, 'alice', 'wrong');
assert.equal(await page.locator('#input-error-username, #kc-feedback, .notice-error').first().isVisible(), true);
assert.equal(await page.inputValue('#password'), '', 'a password is never sent back');
assert.equal(await page.evaluate(() => document.activeElement.id), 'password', 'the next thing to type');
await look(page, 'login-wrong-password');
await logIn(page, 'nobody', 'wrong');
const unknown = await page.locator('.notice-error').innerText();
await logIn(page, 'alice', 'wrong');
assert.equal(await page.locator('.notice-error').innerText(), unknown, 'who exists is not told');
await logIn(page, 'alice');
await arrives(page);

// Known again without a word; asked again where the application wants it.
await page.goto(entrance());
await arrives(page);
await page.goto(entrance({ prompt: 'login' }));
await look(page, 'login-again');
assert.equal(await page.locator('#username').count(), 0, 'the name is known');
await logIn(page, 'alice');
await arrives(page);

// A form that was used is sent once more, as the back button does: the page says so, and leads on.
await page.goto(entrance({ prompt: 'login' }));
const used = await page.locator('#kc-form-login').getAttribute('action');
await logIn(page, 'alice', 'wrong');
await page.locator('#kc-form-login').evaluate((form, action) => { form.action = action; }, used);
await logIn(page, 'alice');
await look(page, 'expired');
await page.click('#loginRestartLink');
await logIn(page, 'alice');
await arrives(page);

// Log out without a hint: a question first.
const out = `${issuer}/protocol/openid-connect/logout?${new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: `${application}/bye`, state: 'gone' })}`;
await page.goto(out);
await look(page, 'logout-confirm');
await page.click('#kc-logout');
assert.equal((await arrival(page)).get('state'), 'gone');
await page.goto(entrance({ prompt: 'none' }));
assert.equal((await arrival(page)).get('error'), 'login_required');
await page.goto(entrance());
await logIn(page, 'alice');
await arrives(page);
await page.goto(`${issuer}/protocol/openid-connect/logout`);
await page.click('#kc-logout');
await look(page, 'logged-out');

// Remembered: the cookie outlives the browser.
await page.goto(entrance());
await page.check('#rememberMe');
await logIn(page, 'alice');
await arrives(page);
const cookies = await page.context().cookies(`${issuer}/`);
const identity = cookies.find(({ name }) => name === 'KEYCLOAK_IDENTITY');
assert.ok(identity.httpOnly && identity.expires > Date.now() / 1000, JSON.stringify(identity));
assert.ok(cookies.every(({ name, httpOnly }) => httpOnly || name === 'KEYCLOAK_SESSION' || name === 'KEYCLOAK_LOCALE' || name === 'KEYCLOAK_REMEMBER_ME'), JSON.stringify(cookies));

// A page in another language, chosen by the reader's browser.
const german = await visitor({ locale: 'de-DE' });
await german.goto(entrance());
assert.equal(await german.locator('html').getAttribute('lang'), 'de');
await look(german, 'login-german');
const arabic = await visitor();
await arabic.goto(entrance({ redirect_uri: 'https://elsewhere.example/cb' }));
await look(arabic, 'error');
assert.ok(arabic.url().startsWith(issuer), 'nobody is sent to an unknown address');
await end();
