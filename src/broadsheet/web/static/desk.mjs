// The desk by keys and by dragging, with drafts that save themselves; without this file every button sends the form.
// Changes go one after the other, since each makes a revision and the next must name it; when one fails, the form is
// sent as forms are, and the page that answers says what is wrong.
const PARTS = ["standing", "candidates", "page", "proof", "remarks"];
const UNTOUCHED = ["standing", "candidates", "proof", "remarks"]; // what an answer may replace while somebody types
const form = () => document.getElementById("draft");
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const written = () => {
  const data = new FormData(form());
  for (const name of ["revision", "form_token"]) data.delete(name);
  return new URLSearchParams(data).toString();
};
const escaped = (text) => CSS.escape(text);

const replace = (answer, ids) => {
  for (const id of ids) {
    const [now, then] = [document.getElementById(id), answer.getElementById(id)];
    if (now && then) now.replaceWith(then);
  }
  const [top, newTop] = [document.querySelector(".publish"), answer.querySelector(".publish")];
  if (!top || !newTop) return;
  const held = top.contains(document.activeElement) ? document.activeElement : null;
  if (!held) return top.replaceWith(newTop);
  // The field that is typed into stays; the buttons beside it name its time.
  for (const button of top.querySelectorAll("button")) button.remove();
  top.append(...newTop.querySelectorAll("button"));
  if (held.localName === "button") top.querySelector(`button[value="${held.value}"]`)?.focus();
};

const send = async (pressed) => {
  const before = written();
  const moves = pressed !== "save" || Boolean(form().elements.other?.value.trim()); // which papers there are, or their order: nothing may be typed meanwhile
  document.getElementById("page").inert = moves;
  const body = new URLSearchParams(new FormData(form()));
  body.set("do", pressed);
  const answer = await fetch(form().action, { method: "POST", body, keepalive: true });
  if (!answer.ok) throw new Error(String(answer.status));
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = parsed.getElementById("draft");
  if (!fresh) throw new Error("no desk");
  const still = written() === before && !typing(document.activeElement ?? document.body);
  replace(parsed, moves || still ? PARTS : UNTOUCHED);
  if (!moves && !still) form().elements.revision.value = fresh.elements.revision.value;
};

let queue = Promise.resolve();
let given = false; // a failed change hands the page over to the browser
const change = (pressed, then = () => {}) => {
  queue = queue.then(async () => {
    if (given) return;
    document.getElementById("page").setAttribute("aria-busy", "true");
    try {
      await send(pressed);
      then();
    } catch {
      given = true;
      const button = document.createElement("button");
      Object.assign(button, { name: "do", value: pressed, hidden: true });
      form().append(button);
      form().requestSubmit(button);
    } finally {
      document.getElementById("page").removeAttribute("aria-busy");
    }
  });
};

const focusSlot = (key) => document.querySelector(`.slot[data-key="${escaped(key)}"] .hed a`)?.focus();
const focusCandidate = (key) => document.getElementById(`at-${key}`)?.querySelector(".hed a")?.focus();

document.addEventListener("submit", (event) => {
  const pressed = event.submitter?.value ?? "save";
  const [verb, key] = pressed.split(" ");
  if (event.target !== form() || given || !["save", "add", "pick", "drop", "up", "down"].includes(verb)) return;
  event.preventDefault();
  const fromList = event.submitter?.closest(".cand");
  event.submitter?.blur();
  const after = { save: () => {}, drop: () => {}, add: () => document.getElementById("other")?.focus() };
  change(pressed, after[verb] ?? (() => (fromList ? focusCandidate(key) : focusSlot(key))));
});

document.addEventListener("change", (event) => {
  if (event.target.form === form() && event.target.closest(".slot, .publish")) change("save");
});

document.addEventListener("input", (event) => {
  const most = Number(event.target.dataset?.most);
  const note = most && document.getElementById(`${event.target.id}-n`);
  if (!note) return;
  const length = [...event.target.value.trim().replace(/\s+/g, " ")].length;
  note.textContent = `${length} of ${most} characters`;
  note.classList.toggle("many", length > most);
});

const candidates = () => [...document.querySelectorAll(".cand > li")];
const current = () => document.activeElement?.closest(".cand > li");
const slotOf = (target) =>
  target?.closest(".slot[data-key]") ??
  (current() && document.querySelector(`.slot[data-key="${escaped(current().id.slice(3))}"]`));

const step = (by) => {
  const all = candidates();
  const at = all.indexOf(current());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
  const link = all[Math.max(0, Math.min(all.length - 1, next))]?.querySelector(".hed a");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => current()?.querySelector(".hed a").click(),
  p: () => current()?.querySelector("button")?.click(),
  e: () => slotOf(document.activeElement)?.querySelector("textarea").focus(),
  v: () => document.querySelector('[name="do"][value="proof"]')?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const by = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const slot = slotOf(event.target);
  if (event.shiftKey && by && slot) {
    event.preventDefault();
    const back = current() ? focusCandidate : focusSlot;
    change(`${by} ${slot.dataset.key}`, () => back(slot.dataset.key));
  } else if (!event.shiftKey && KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

let dragged = null;
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".slot[data-key] .grip");
  if (grip) grip.closest(".slot").draggable = true;
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.('.slot[draggable="true"]') ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.key);
  dragged.classList.add("taken");
});
const over = (event) => (dragged ? event.target.closest?.(".slot[data-key]") : null);
document.addEventListener("dragover", (event) => {
  const slot = over(event);
  for (const other of document.querySelectorAll(".slot.over")) other.classList.toggle("over", other === slot);
  if (!slot) return;
  event.preventDefault();
  slot.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const slot = over(event);
  if (!slot || slot === dragged) return;
  event.preventDefault();
  const place = [...slot.parentElement.children].indexOf(slot) + 1;
  const key = dragged.dataset.key;
  change(`place ${key} ${place}`, () => focusSlot(key));
});
document.addEventListener("dragend", () => {
  for (const slot of document.querySelectorAll(".slot")) {
    slot.classList.remove("over", "taken");
    slot.draggable = false;
  }
  dragged = null;
});
