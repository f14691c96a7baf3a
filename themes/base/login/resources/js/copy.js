// Buttons that copy what the element they name shows. They are hidden where there is no clipboard, or no script.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const items = [...source.querySelectorAll("li")].map((item) => item.textContent.trim());
    const text = source.value ?? (items.length ? items.join("\n") : source.textContent.replace(/\s+/g, ""));
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}
