// Keys: "/" into the search field, j and k along a page's papers, o opens one, v votes for it, "?" tells them.
// Everything works without this file. Whoever's own keys these disturb switches them off, on /about.
const OFF = "broadsheet-keys";
const KEYS = [
  ["j", "the next paper"], ["k", "the paper before"], ["o", "open it"], ["v", "vote for it, or take the vote back"],
  ["/", "into the search field"], ["?", "these keys"], ["Esc", "close this"],
];

const stored = () => {
  try {
    return localStorage.getItem(OFF) === "off";
  } catch {
    return false; // a browser that keeps nothing
  }
};

// The desk has keys of its own.
const titles = () => document.querySelector(".desk")
  ? [] : [...document.querySelectorAll('#main .hed > a[href^="/paper/"]')].filter((link) => link.checkVisibility?.() ?? true);
const itemOf = (node) => node?.closest("article, li") ?? null;
const here = (links) => {
  const item = itemOf(document.activeElement);
  const at = links.indexOf(document.activeElement);
  return at >= 0 || !item ? at : links.findIndex((link) => item.contains(link));
};

const go = (step) => {
  const links = titles();
  if (!links.length) return;
  const at = here(links);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus({ preventScroll: true });
  links[next].scrollIntoView({ block: "center", behavior: "instant" });
};

const open = () => {
  const links = titles();
  links[here(links)]?.click();
};

const vote = () => {
  const links = titles();
  const at = here(links);
  const item = at < 0 ? document.querySelector(".paper-top") : itemOf(links[at]);
  item?.querySelector(".vote > button")?.click();
};

const search = () => {
  const field = document.querySelector('form[role="search"] input[name="q"]');
  field?.focus();
  field?.select();
  return Boolean(field);
};

const element = (name, text = "", given = {}) => {
  const made = Object.assign(document.createElement(name), given);
  made.textContent = text;
  return made;
};

const told = () => {
  const list = element("dl", "", { className: "keys" });
  for (const [key, what] of KEYS) {
    const name = element("dt");
    name.append(element("kbd", key));
    list.append(name, element("dd", what));
  }
  return list;
};

const help = () => {
  let dialog = document.getElementById("keys-help");
  if (!dialog) {
    dialog = element("dialog", "", { id: "keys-help", className: "help" });
    dialog.setAttribute("aria-labelledby", "keys-title");
    const close = element("button", "Close", { className: "btn btn-small", type: "button" });
    close.addEventListener("click", () => dialog.close());
    const off = element("a", "Switch them off", { href: "/about#keys" });
    const foot = element("p", "", { className: "row apart" });
    foot.append(off, close);
    dialog.append(element("h2", "Keys", { id: "keys-title" }), told(), foot);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
};

const DEEDS = { j: () => go(1), k: () => go(-1), o: open, v: vote, "/": search, "?": help };

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
  const deed = DEEDS[event.key];
  if (!deed || typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || stored()) return;
  if (document.querySelector(".desk") && "jkov".includes(event.key)) return;
  event.preventDefault();
  deed();
});

const place = document.getElementById("keys-switch");
if (place) {
  const button = element("button", "", { className: "btn btn-small", type: "button" });
  const show = () => { button.textContent = stored() ? "Switch the keys on" : "Switch the keys off"; };
  button.addEventListener("click", () => {
    try {
      if (stored()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "off");
    } catch {
      button.disabled = true;
    }
    show();
  });
  show();
  place.append(button);
}
