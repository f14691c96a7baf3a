// Tells the application whether the cookie is there, and takes it away again.
(() => {
  "use strict";
  const supported = document.cookie.split("; ").includes("KEYCLOAK_3P_COOKIE=supported");
  const flags = location.protocol === "https:" ? "; SameSite=None; Secure" : "";
  document.cookie = "KEYCLOAK_3P_COOKIE=; Max-Age=0" + flags;
  window.parent.postMessage(supported ? "supported" : "unsupported", "*");
})();
