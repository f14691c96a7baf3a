// Goes on once every application has answered, or after five seconds: one that hangs holds nobody up.
const next = document.getElementById("continue");
if (next) {
  const go = () => location.replace(next.href);
  addEventListener("load", go, { once: true });
  setTimeout(go, 5000);
}
