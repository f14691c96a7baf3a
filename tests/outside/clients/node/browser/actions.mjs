// What people are asked for on the way: consent, terms, a new password, a complete profile; a device; an application's wish.

import assert from 'node:assert/strict';
import { arrival, arrives, end, entrance, logIn, look, mailed, visitor } from './stage.mjs';
import { issuer } from '../talk.mjs';

const page = await visitor();
await page.goto(entrance({ client_id: 'asks', scope: 'openid email' }));
await logIn(page, 'alice');
await look(page, 'consent');
await page.click('#kc-cancel');
assert.equal((await arrival(page)).get('error'), 'access_denied');
// Who refused was not logged in either.
await page.goto(entrance({ client_id: 'asks', scope: 'openid email' }));
await logIn(page, 'alice');
await page.click('#kc-oauth #kc-login');
await arrives(page);
await page.goto(entrance({ client_id: 'asks', scope: 'openid email' }));
await arrives(page);

const terry = await visitor();
await terry.goto(entrance());
await logIn(terry, 'terry');
await look(terry, 'terms');
await terry.locator('main button').first().click();
await look(terry, 'update-password');
await terry.fill('#password-new', 'another-secret');
await terry.fill('#password-confirm', 'another-secret');
await terry.click('#kc-submit');
await look(terry, 'update-profile');
await terry.fill('#lastName', 'Tide');
await terry.click('#kc-submit');
await arrives(terry);

// What an application asks for (`kc_action`) can be declined.
const ada = await visitor();
await ada.goto(entrance({ kc_action: 'UPDATE_EMAIL' }));
await logIn(ada, 'ada');
await look(ada, 'update-email');
await ada.getByRole('button', { name: /cancel/i }).click();
assert.equal((await arrival(ada)).get('kc_action_status'), 'cancelled');
await ada.goto(entrance({ kc_action: 'UPDATE_EMAIL' }));
await ada.fill('#email', 'ada@elsewhere.example');
await ada.click('#kc-submit');
await look(ada, 'update-email-sent');
await ada.goto(await mailed('ada@elsewhere.example'));
await arrives(ada);

// A device's code.
const codes = await (await fetch(`${issuer}/protocol/openid-connect/auth/device`, { method: 'POST', body: new URLSearchParams({ client_id: 'device' }) })).json();
const device = await visitor();
await device.goto(codes.verification_uri);
await look(device, 'device-code');
await device.fill('#device_user_code', 'AAAA-AAAA');
await device.click('#kc-submit');
await look(device, 'device-code-wrong');
await device.fill('#device_user_code', codes.user_code);
await device.click('#kc-submit');
await logIn(device, 'alice');
await look(device, 'device-consent');
await device.click('#kc-oauth #kc-login');
await look(device, 'device-done');

// Somebody else's session: who logs in as another is told.
await page.goto(entrance({ login_hint: 'bob', prompt: 'login' }));
await look(page, 'login-hint');
await end();
