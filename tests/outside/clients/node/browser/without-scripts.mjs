// Everything a person needs, with JavaScript off, and once by keyboard alone.

import assert from 'node:assert/strict';
import { application, arrives, end, entrance, logIn, look, mailed, otp, visitor } from './stage.mjs';
import { issuer } from '../talk.mjs';

const page = await visitor({ javaScriptEnabled: false });
await page.goto(entrance());
await logIn(page, 'alice', 'wrong');
assert.ok(await page.locator('.notice-error').isVisible());
await logIn(page, 'alice');
await arrives(page);
await page.goto(`${issuer}/protocol/openid-connect/logout?client_id=app`);
await page.click('#kc-logout');
assert.match(await page.locator('main').innerText(), /logged out/i);

// An answer by form needs a button where no script presses it.
await page.goto(entrance({ response_mode: 'form_post' }));
await logIn(page, 'bob');
const [request] = await Promise.all([page.waitForRequest(`${application}/cb`), page.click('#kc-form-post button')]);
assert.equal(request.method(), 'POST');
assert.ok(new URLSearchParams(request.postData()).get('code'));

await page.context().clearCookies();
await page.goto(entrance());
await logIn(page, 'olga');
const secret = await page.inputValue('#totpSecret').catch(() => '');
await page.locator('#mode-manual').click();
const shown = await page.locator('#kc-totp-secret-key').innerText();
assert.ok(secret, 'the form carries the secret');
await page.fill('#totp', otp(shown));
await page.click('#saveTOTPBtn');
await arrives(page);

await page.context().clearCookies();
await page.goto(entrance({}, 'forgot-credentials'));
await page.fill('#username', 'fred');
await page.click('#kc-submit');
await page.goto(await mailed('fred@example.org'));
await page.fill('#password-new', 'another-secret');
await page.fill('#password-confirm', 'another-secret');
await page.click('#kc-submit');
await arrives(page);

// The page with that button, where a script is on but does not come.
const cut = await visitor();
await cut.route('**/form-post.js', (route) => route.abort());
await cut.goto(entrance({ response_mode: 'form_post' }));
await logIn(cut, 'bob');
await look(cut, 'form-post');

// Keys alone: what has the focus can be seen, and the way through the form is its order.
const keys = await visitor();
await keys.goto(entrance());
const focus = () => keys.evaluate(() => {
  const { id, tagName, textContent } = document.activeElement;
  const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
  return { name: id || `${tagName} ${textContent.trim()}`, seen: outlineStyle !== 'none' || boxShadow !== 'none' };
});
assert.equal((await focus()).name, 'username', 'the first field has the focus');
await keys.keyboard.type('alice');
const path = [];
for (let tab = 0; tab < 8 && path.at(-1) !== 'kc-login'; tab += 1) {
  await keys.keyboard.press('Tab');
  const { name, seen } = await focus();
  assert.ok(seen, `${name} does not show that it has the focus`);
  path.push(name);
  if (name === 'password') await keys.keyboard.type('alice-secret');
  if (name === 'rememberMe') await keys.keyboard.press('Space');
}
assert.deepEqual(path, ['password', 'rememberMe', 'A Forgot Password?', 'kc-login']);
await keys.keyboard.press('Enter');
await arrives(keys);
// A wrong password's summary leads to the field.
const slip = await visitor();
await slip.goto(entrance());
await slip.keyboard.type('alice');
await slip.keyboard.press('Tab');
await slip.keyboard.type('wrong');
await slip.keyboard.press('Enter');
await slip.waitForSelector('.notice-error');
assert.equal(await slip.locator('.notice-error').getAttribute('role'), 'alert');
await end();
