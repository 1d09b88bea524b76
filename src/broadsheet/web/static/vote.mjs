// Votes in place; without this file, or when anything fails, the form is sent as forms are.
const form = document.getElementById("votes");
const keyOf = (button) => button.value.slice(2);

const show = (button, { votes, mine }) => {
  button.setAttribute("aria-pressed", String(mine));
  button.value = `${mine ? 0 : 1} ${keyOf(button)}`;
  button.firstChild.data = String(votes);
  const words = mine ? "take back the vote for" : "vote for";
  button.querySelector(".vh").firstChild.data = ` ${votes === 1 ? "vote" : "votes"}; ${words} `;
};

form?.addEventListener("submit", async (event) => {
  const pressed = event.submitter;
  if (!pressed || form.dataset.plain) return;
  event.preventDefault();
  const frame = pressed.parentElement;
  if (frame.getAttribute("aria-busy") === "true") return;
  frame.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, pressed));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const standing = await answer.json();
    const key = keyOf(pressed);
    for (const button of document.querySelectorAll(".vote > button")) if (keyOf(button) === key) show(button, standing);
  } catch {
    form.dataset.plain = "true";
    form.requestSubmit(pressed);
  } finally {
    frame.removeAttribute("aria-busy");
  }
});
