// Titles while one types, as a combobox over the search field; without this file the field works all the same.
const WAIT = 80; // milliseconds after the last key
const field = document.querySelector('.query input[name="q"]');

if (field) {
  const list = document.createElement("ul");
  Object.assign(list, { id: "suggestions", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Papers with such titles");
  field.after(list);
  field.type = "text"; // a field of type search may not be a combobox
  const given = {
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
    autocomplete: "off", enterkeyhint: "search", spellcheck: "false",
  };
  for (const [name, value] of Object.entries(given)) field.setAttribute(name, value);

  let timer = 0;
  let asking = null;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const address = `/search/suggest?${new URLSearchParams({ q: field.value })}`;
      const answer = await fetch(address, { signal: asking.signal });
      if (!answer.ok) return close();
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...parsed.querySelectorAll('[role="option"]'));
      list.hidden = !list.childElementCount;
      field.setAttribute("aria-expanded", String(!list.hidden));
      field.removeAttribute("aria-activedescendant");
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value.trim().length < 2 || field.value.length > 200) return close();
    timer = setTimeout(ask, WAIT);
  });

  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[at + 1] ?? null);
    else if (event.key === "ArrowUp") choose(all[at < 0 ? all.length - 1 : at - 1] ?? null);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) location.assign(all[at].dataset.href);
    else return;
    event.preventDefault();
  });

  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) location.assign(option.dataset.href);
  });
  field.addEventListener("blur", close);
}
