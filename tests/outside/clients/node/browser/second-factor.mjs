// One-time codes and recovery codes: set up, used, used up.

import assert from 'node:assert/strict';
import { arrives, end, entrance, logIn, look, otp, visitor } from './stage.mjs';

const page = await visitor();
await page.goto(entrance());
await logIn(page, 'otto');
await look(page, 'configure-totp');
assert.ok(await page.locator('#kc-totp-secret-qr-code').isVisible());
await page.click('#mode-manual');
const secret = await page.locator('#kc-totp-secret-key').innerText();
await look(page, 'configure-totp-by-hand');
await page.fill('#totp', '000000');
await page.fill('#userLabel', 'telephone');
await page.click('#saveTOTPBtn');
await look(page, 'configure-totp-wrong');
await page.click('#mode-manual');
assert.equal(await page.locator('#kc-totp-secret-key').innerText(), secret, 'the same secret, or what was scanned is useless');
assert.equal(await page.inputValue('#userLabel'), 'telephone');
const used = otp(secret);
await page.fill('#totp', used);
await page.click('#saveTOTPBtn');

// Recovery codes come next.
await look(page, 'configure-recovery-codes');
const codes = await page.locator('#kc-recovery-codes-list code').allInnerTexts();
assert.ok(codes.length >= 8 && new Set(codes).size === codes.length);
await page.check('#kcRecoveryCodesConfirmationCheck');
await page.click('#saveRecoveryAuthnCodesBtn');
await arrives(page);

// The second factor is asked for; a wrong code and a used one are refused.
const another = await visitor();
await another.goto(entrance());
await logIn(another, 'otto');
await look(another, 'otp');
await another.fill('#otp', '000000');
await another.click('#kc-login');
await look(another, 'otp-wrong');
await another.fill('#otp', used);
await another.click('#kc-login');
assert.ok(await another.locator('#otp').isVisible(), 'the code of the set-up was used');
await another.fill('#otp', otp(secret, 1));
await another.click('#kc-login');
await arrives(another);

// The telephone is lost.
const third = await visitor();
await third.goto(entrance());
await logIn(third, 'otto');
await third.click('#try-another-way');
await look(third, 'select-authenticator');
await third.getByRole('button', { name: /recovery/i }).click();
await look(third, 'recovery-code');
const number = Number((await third.locator('label[for="recoveryCodeInput"]').innerText()).match(/\d+/)[0]);
await third.fill('#recoveryCodeInput', 'WRONGWRONGWR');
await third.click('#kc-login');
await look(third, 'recovery-code-wrong');
await third.fill('#recoveryCodeInput', codes[number - 1].replaceAll(/[\s-]/g, ''));
await third.click('#kc-login');
await arrives(third);

const fourth = await visitor();
await fourth.goto(entrance());
await logIn(fourth, 'otto');
await fourth.click('#try-another-way');
await fourth.getByRole('button', { name: /recovery/i }).click();
const next = Number((await fourth.locator('label[for="recoveryCodeInput"]').innerText()).match(/\d+/)[0]);
assert.notEqual(next, number, 'a code counts once');
await fourth.fill('#recoveryCodeInput', codes[number - 1].replaceAll(/[\s-]/g, ''));
await fourth.click('#kc-login');
assert.ok(await fourth.locator('#recoveryCodeInput').isVisible());
await end();
