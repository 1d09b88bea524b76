// Papers are saved in place; without this file, or when anything fails, the form is sent as forms are.
const form = document.getElementById("saving");

form?.addEventListener("submit", async (event) => {
  const pressed = event.submitter;
  if (!pressed || form.dataset.plain) return;
  event.preventDefault();
  if (pressed.getAttribute("aria-busy") === "true") return;
  pressed.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, pressed));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { held } = await answer.json();
    pressed.setAttribute("aria-pressed", String(held));
    pressed.value = `${held ? 0 : 1} ${pressed.value.slice(2)}`;
  } catch {
    form.dataset.plain = "true";
    form.requestSubmit(pressed);
  } finally {
    pressed.removeAttribute("aria-busy");
  }
});
