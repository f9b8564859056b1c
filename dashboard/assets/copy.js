// A button with data-copy="id" puts that element's text on the clipboard.
document.addEventListener("click", async (click) => {
  const button = click.target.closest("[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.classList.add("is-copied");
  } catch {
    getSelection().selectAllChildren(source);
  }
  setTimeout(() => button.classList.remove("is-copied"), 1500);
});
