// Chromium, and what a person does in it. Where a page is looked at, it is looked at by axe too, and its picture is taken dark and light,
// narrow and wide.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ask, issuer } from '../talk.mjs';

/** The application that people come from: another site than the server's, which is at `localhost`. */
export const application = 'http://app.test';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const seen = new Set();

const page = '<!doctype html><html lang="en"><title>Application</title><p>here';
const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page)).listen(0, '127.0.0.1');
await once(server, 'listening');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP app.test 127.0.0.1:${server.address().port}`],
});

/** A browser of somebody's own: no cookies, no history. What it should not have met is kept in `faults`. */
export async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.faults = [];
  // A refused resource, a script that failed, a policy that was broken: all of them are said on the console.
  page.on('console', (message) => message.type() === 'error' && !/status of [45]\d\d/.test(message.text()) && page.faults.push(message.text()));
  page.on('pageerror', (error) => page.faults.push(String(error)));
  return page;
}

/** Where an application sends people to log in. */
export function entrance(more = {}, endpoint = 'auth') {
  const url = new URL(`${issuer}/protocol/openid-connect/${endpoint}`);
  url.search = new URLSearchParams({
    client_id: 'app', redirect_uri: `${application}/cb`, response_type: 'code', scope: 'openid', state: 'from here', ...more,
  });
  return url.href;
}

/** Types a name and a password. */
export async function logIn(page, name, password = `${name}-secret`) {
  const username = page.locator('#username');
  if (await username.isVisible()) await username.fill(name);
  await page.fill('#password', password);
  await page.click('#kc-login');
}

/** Waits until a page is somewhere; fails, saying where it is instead and what the browser had against it, if it does not get there. */
export async function reach(page, place) {
  await page.waitForURL(place).catch(async () => {
    assert.fail(`not at ${place} but at ${page.url()}: ${(await page.locator('body').innerText()).slice(0, 600)}\n${page.faults.join('\n')}`);
  });
}

/** What the application is told. */
export async function arrival(page) {
  await reach(page, `${application}/**`);
  assert.deepEqual(page.faults, [], 'the browser complains');
  return new URL(page.url()).searchParams;
}

export async function arrives(page) {
  const given = await arrival(page);
  assert.ok(given.get('code'), `a code: ${given}`);
  assert.equal(given.get('state'), 'from here');
}

/** What axe has to say against the page as it stands now. */
export async function violations(page) {
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** Looks at a page: no fault to axe, nothing wider than the screen, and pictures of it. Each name once. */
export async function look(page, name) {
  if (seen.has(name)) return;
  seen.add(name);
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1440, 360]) {
      // Colours differ by scheme and order by width: one of each is enough for axe.
      const judged = (colorScheme === 'light') === (width === 1440);
      if (!judged && !pictures) continue;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      if (pictures) await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${name} is ${wide} pixels too wide at ${width}`);
      if (judged) assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}, ${width}`);
    }
  }
  assert.ok((await page.title()).trim(), `${name} has a title`);
  // What a summary of errors leads to is there.
  const lost = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
    .map((link) => link.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id)));
  assert.deepEqual(lost, [], `${name} has links to nowhere`);
  // A message that no bundle has is shown by its key: `loginTitle`, `otp-help-text`.
  const keys = await page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter((element) => !element.childElementCount && !element.closest('code, bdi, script, style'))
    .map((element) => element.textContent.trim())
    .filter((text) => /^[a-z]+(-[a-z]+){1,}$|^[a-z]+([A-Z][a-z]+)+$/.test(text)));
  assert.deepEqual(keys, [], `${name} shows keys of messages`);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
}

/** A one-time code (RFC 6238, SHA-1, six digits) of a secret in Base32, `ahead` steps from now. */
export function otp(secret, ahead = 0) {
  const bits = [...secret.replace(/[\s=]/g, '').toUpperCase()].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac('sha1', key).update(step).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** The link in the next mail to an address. */
export const mailed = async (to) => (await ask({ ask: 'mail', to })).link;

export async function end() {
  await browser.close();
  console.log('all done');
  process.exit(0);
}
