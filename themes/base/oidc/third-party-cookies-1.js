// Leaves a cookie that says nothing, then looks from the next page whether the browser keeps cookies inside a frame.
(() => {
  "use strict";
  const flags = location.protocol === "https:" ? "; SameSite=None; Secure" : "";
  document.cookie = "KEYCLOAK_3P_COOKIE=supported; Max-Age=60" + flags;
  location.replace("step2.html");
})();
