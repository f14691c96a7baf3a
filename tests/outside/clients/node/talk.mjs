// How a program asks the test that runs it for what it cannot do itself: one line of JSON out, one line of JSON in.

import { createInterface } from 'node:readline';

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export async function ask(question) {
  process.stdout.write(`${JSON.stringify(question)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`nobody answers ${JSON.stringify(question)}`);
  return JSON.parse(value);
}

/** Has a person open an address and log in where they are asked to; gives the address where they end, with what they see there. */
export const browse = (url, as = {}) => ask({ ask: 'browse', url: String(url), ...as });

/** Has the person lose all cookies. */
export const forget = () => ask({ ask: 'forget' });

export const issuer = process.env.ISSUER;
export const redirectUri = process.env.REDIRECT_URI;
export const postLogoutRedirectUri = process.env.POST_LOGOUT_REDIRECT_URI;

/** The last word of a program that came to its end. */
export function done() {
  console.log('all done');
  process.exit(0);
}
