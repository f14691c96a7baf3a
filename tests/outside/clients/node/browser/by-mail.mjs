// Registration, a verified address, a forgotten password, a new address: each through a real mail.

import assert from 'node:assert/strict';
import { arrives, end, entrance, logIn, look, mailed, visitor } from './stage.mjs';

const page = await visitor();
await page.goto(entrance());
await page.click('#kc-registration a');
await look(page, 'register');
await page.fill('#username', 'nora');
await page.fill('#email', 'alice@example.org');
await page.fill('#firstName', 'Nora');
await page.fill('#lastName', 'Newman');
await page.fill('#password', 'short');
await page.fill('#password-confirm', 'shorter');
await page.click('#kc-register');
await look(page, 'register-wrong');
assert.equal(await page.inputValue('#firstName'), 'Nora', 'nobody types all of it again');
await page.fill('#email', 'nora@example.org');
await page.fill('#password', 'nora-secret');
await page.fill('#password-confirm', 'nora-secret');
await page.click('#kc-register');
await look(page, 'verify-email');
await page.goto(await mailed('nora@example.org'));
await arrives(page);
const later = await visitor();
await later.goto(entrance());
await logIn(later, 'nora@example.org', 'nora-secret');
await arrives(later);

// A password is forgotten.
const frida = await visitor();
await frida.goto(entrance());
await logIn(frida, 'frida', 'forgotten');
await frida.getByRole('link', { name: /forgot/i }).click();
await look(frida, 'forgot-password');
await frida.fill('#username', 'frida');
await frida.click('#kc-submit');
await look(frida, 'forgot-password-sent');
const link = await mailed('frida@example.org');
await frida.goto(link);
await look(frida, 'new-password');
await frida.fill('#password-new', 'another-secret');
await frida.fill('#password-confirm', 'something else');
await frida.click('#kc-submit');
await look(frida, 'new-password-wrong');
await frida.fill('#password-new', 'another-secret');
await frida.fill('#password-confirm', 'another-secret');
await frida.click('#kc-submit');
await arrives(frida);
const used = await visitor();
await used.goto(link);
await look(used, 'link-used');
assert.equal(await used.locator('#password-new').count(), 0);
await used.goto(entrance());
await logIn(used, 'frida', 'frida-secret');
assert.ok(await used.locator('#password').isVisible(), 'the old password is worth nothing');
await logIn(used, 'frida', 'another-secret');
await arrives(used);

// A link that is followed in another browser asks first.
const vera = await visitor();
await vera.goto(entrance());
await logIn(vera, 'vera');
const elsewhere = await visitor();
await elsewhere.goto(await mailed('vera@example.org'));
await look(elsewhere, 'link-elsewhere');
await elsewhere.locator('main a.button, main button').first().click();
await look(elsewhere, 'address-verified');
await end();
