// OpenID Connect Session Management 1.0 section 3.2: the application's frame asks "CLIENT SESSION_STATE", this one
// answers "unchanged", "changed" or "error". The cookie holds a digest of the session's id, so nothing here says who it is.
(() => {
  "use strict";
  const known = new Map();

  // Whether pages of this origin may ask for this client: one question to the server for each pair, whoever repeats it.
  function admitted(client, origin) {
    const pair = client + "\n" + origin;
    if (!known.has(pair)) {
      if (known.size >= 32) {
        return Promise.resolve(false);
      }
      const address = location.pathname + "/init?client_id=" + encodeURIComponent(client) +
        "&origin=" + encodeURIComponent(origin);
      const answer = fetch(address, { credentials: "omit", cache: "no-store", redirect: "error" });
      known.set(pair, answer.then((response) => response.status === 204, () => {
        known.delete(pair);
        return false;
      }));
    }
    return known.get(pair);
  }

  function cookie(name) {
    const start = name + "=";
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(start));
    return found === undefined ? "" : found.slice(start.length).replace(/^"|"$/g, "");
  }

  async function digest(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  async function verdict(client, origin, state) {
    if (!(await admitted(client, origin))) {
      return "error";
    }
    const now = cookie("KEYCLOAK_SESSION");
    if (state === "" || now === "") {
      return state === now ? "unchanged" : "changed";
    }
    return decodeURIComponent(now) === await digest(state) ? "unchanged" : "changed";
  }

  window.addEventListener("message", (event) => {
    if (typeof event.data !== "string" || event.data.length > 1024 || event.source === null || event.source === window) {
      return;
    }
    const words = event.data.split(" ");
    if (words.length > 2 || words[0] === "" || !/^https?:/.test(event.origin)) {
      return;
    }
    verdict(words[0], event.origin, words[1] || "")
      .catch(() => "error")
      .then((answer) => event.source.postMessage(answer, event.origin));
  });
})();
