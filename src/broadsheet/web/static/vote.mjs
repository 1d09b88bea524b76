// Votes in place; without this file, or when anything fails, the form is sent as forms are.
const show = (form, { votes, mine }) => {
  const button = form.querySelector("button");
  button.setAttribute("aria-pressed", String(mine));
  button.value = mine ? "0" : "1";
  button.firstChild.data = String(votes);
  form.querySelector(".vh").firstChild.data = ` ${votes === 1 ? "vote" : "votes"}; ${mine ? "take back the vote for" : "vote for"} `;
};

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form.vote");
  if (!form || !event.submitter || form.dataset.plain) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const standing = await answer.json();
    const same = [...document.querySelectorAll("form.vote")].filter((one) => one.elements.paper.value === fields.get("paper"));
    for (const one of same) show(one, standing);
  } catch {
    form.dataset.plain = "true";
    form.requestSubmit(event.submitter);
  } finally {
    form.removeAttribute("aria-busy");
  }
});
