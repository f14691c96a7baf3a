// A realm that Keycloak exported with a browser flow of its administrator's own: managers need a second factor, others only if they have
// set one up.

import assert from 'node:assert/strict';
import { arrives, end, entrance, logIn, otp, visitor } from './stage.mjs';

// Not a manager, nothing set up: the password is enough.
const plain = await visitor();
await plain.goto(entrance());
await logIn(plain, 'pbkdf-512', 'pw-512');
await arrives(plain);

// Not a manager, with a device: it is asked for.
const careful = await visitor();
await careful.goto(entrance());
await logIn(careful, 'otp', 'pw-otp');
await careful.fill('#otp', '000000');
await careful.click('#kc-login');
assert.ok(await careful.locator('#otp').isVisible());
const key = Buffer.from('JBSWY3DPEHPK3PXPJBSW');
const letters = [...key].map((byte) => byte.toString(2).padStart(8, '0')).join('').match(/.{1,5}/g);
const base32 = letters.map((bits) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(bits.padEnd(5, '0'), 2)]).join('');
await careful.fill('#otp', otp(base32));
await careful.click('#kc-login');
await arrives(careful);

// A manager without a device has to set one up, and is asked for it from then on: twice, since both of the flow's conditions hold.
const manager = await visitor();
await manager.goto(entrance());
await logIn(manager, 'argon', 'pw-argon');
await manager.click('#mode-manual');
const secret = await manager.locator('#kc-totp-secret-key').innerText();
await manager.fill('#totp', otp(secret));
await manager.click('#saveTOTPBtn');
await arrives(manager);
const again = await visitor();
await again.goto(entrance());
await logIn(again, 'argon', 'pw-argon');
for (const _ of [1, 2]) {
  await again.fill('#otp', otp(secret));
  await again.click('#kc-login');
}
await arrives(again);
await end();
