// The conversation. Gradio calls this once with the component's element. `props.value` is what `asking.view` makes;
// each turn, and what is said of it, keeps its own element, so that opened disclosures, focus and selections survive
// while something else is drawn. The controls belong to the last turn and move on to the next. All HTML in it was
// escaped by the server.
const turns = element.querySelector(".sg-turns");
const told = element.querySelector(".sg-told");
const said = element.querySelector(".sg-said");
const drawn = [];
const rated = [];
const controls = document.createElement("p");
controls.className = "sg-actions sg-controls";
let number = 0;

function draw() {
  const value = props.value;
  if (!value || value.number < number) return; // a late answer to a conversation that has ended
  number = value.number;
  remember(value);
  while (turns.children.length > value.turns.length) {
    turns.lastElementChild.remove();
    drawn.pop();
    rated.pop();
  }
  let begun = null; // scrolled to when all is in its place
  value.turns.forEach((html, i) => {
    if (drawn[i] === html) return;
    let turn = turns.children[i];
    if (!turn) {
      turn = document.createElement("section");
      turn.className = "sg-turn";
      turn.append(document.createElement("div"), document.createElement("div"));
      turns.append(turn);
    }
    turn.firstElementChild.innerHTML = html;
    if (drawn[i] === undefined) begun = turn;
    drawn[i] = html;
  });
  value.ratings.forEach((html, i) => drawRating(turns.children[i].children[1], html, i));
  const last = turns.lastElementChild;
  if (last && controls.parentNode !== last) last.append(controls);
  if (controls.dataset.html !== value.controls) {
    controls.innerHTML = controls.dataset.html = value.controls;
    if (controls.querySelector(".sg-editing")) setTimeout(() => controls.scrollIntoView({ block: "nearest" }), 100); // the box grows
  }
  if (begun) begun.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  if (told.dataset.html !== value.notice) told.innerHTML = told.dataset.html = value.notice;
  if (said.textContent !== value.said) said.textContent = value.said;
}

// A tab finds its conversation again after a reload; another tab begins with an empty one.
const KEPT = "sangho-conversation";

function remember(value) {
  if (value.id) sessionStorage.setItem(KEPT, value.id);
  else if (value.number > 0 || value.turns.length) sessionStorage.removeItem(KEPT);
}

function drawRating(place, html, i) {
  if (rated[i] === html) return;
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  place.innerHTML = rated[i] = html;
  if (focused) (place.querySelector("textarea") || place.querySelector(`button[data-rate="${focused.dataset.rate}"]`))?.focus();
}

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  rate(form, form.dataset.rate, new FormData(form).get("note"));
});

function rate(within, rating, note) {
  trigger("rate", { turn: Number(within.closest("[data-turn]").dataset.turn), rating, note });
}

// How long the last answer has taken, beside what is being done for it; not said aloud.
let since = 0;

setInterval(() => {
  const stage = turns.querySelector(".sg-turn:last-child .sg-stage");
  if (!stage) return (since = 0);
  since ||= Date.now();
  const seconds = Math.round((Date.now() - since) / 1000);
  if (seconds < 5) return;
  let elapsed = stage.querySelector(".sg-elapsed");
  if (!elapsed) stage.append((elapsed = Object.assign(document.createElement("span"), { className: "sg-elapsed" })));
  elapsed.setAttribute("aria-hidden", "true");
  elapsed.textContent = seconds < 30 ? ` ${seconds} s` : ` ${seconds} s. A chat model on a small machine can take minutes. It can be stopped.`;
}, 1000);

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// The quote of a citation number, beside it and inside the window: at once for the keyboard, after a moment for
// the mouse, so that it does not flicker past.
let waiting = 0;

function place(mark) {
  const tip = mark.querySelector(".sg-pop");
  tip.classList.add("sg-shown");
  const number = mark.getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(number.left - 16, innerWidth - box.width - 8));
  const above = number.top - box.height - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : number.bottom + 6}px`;
}

function hide() {
  clearTimeout(waiting);
  for (const tip of element.querySelectorAll(".sg-shown")) tip.classList.remove("sg-shown");
}

for (const entering of ["mouseover", "focusin"]) {
  element.addEventListener(entering, (event) => {
    const mark = event.target.closest(".sg-mark");
    if (!mark) return hide();
    if (mark.querySelector(".sg-shown")) return;
    hide();
    waiting = setTimeout(place, entering === "focusin" ? 0 : 200, mark);
  });
}
element.addEventListener("mouseleave", hide);
element.addEventListener("focusout", hide);
addEventListener("scroll", hide, { passive: true, capture: true });
addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});

// Browsers have no clipboard for pages of other machines over http; this older way needs only the click.
function copySelected(text) {
  const focused = document.activeElement;
  const held = document.createElement("textarea");
  held.value = text;
  held.style.position = "fixed";
  document.body.append(held);
  held.select();
  const done = document.execCommand("copy");
  held.remove();
  focused.focus();
  return done;
}

async function copy(button) {
  const label = button.textContent;
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(button.dataset.copy);
    else if (!copySelected(button.dataset.copy)) return;
  } catch {
    return;
  }
  button.textContent = button.dataset.done;
  said.textContent = button.dataset.done;
  setTimeout(() => (button.textContent = label), 2000);
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy !== undefined) {
    copy(button);
  } else if (button.dataset.claim !== undefined) {
    window.sanghoClaim = button.dataset.claim; // where the tab's script looks when it is opened first
    for (const tab of document.querySelectorAll("#sg-tabs button[role=tab]")) if (tab.textContent.trim() === "Check") tab.click();
    dispatchEvent(new CustomEvent("sangho-check")); // and for when it is open already
  } else if (button.dataset.rate) {
    const note = button.closest(".sg-rating").querySelector("textarea")?.value || "";
    rate(button, button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.rate, note);
  } else if (button.dataset.form) {
    trigger("download", { turn: Number(button.dataset.turn), form: button.dataset.form });
  } else if (button.dataset.does) {
    trigger(button.dataset.does, {});
    if (button.dataset.does === "edit") document.querySelector("#sg-box textarea").focus();
  } else if (button.dataset.kind) {
    hide();
    window.sanghoOpener = button;
    for (const open of element.querySelectorAll("[aria-current]")) open.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    trigger("click", { kind: button.dataset.kind, turn: Number(button.dataset.turn), n: Number(button.dataset.n) });
  }
});

watch("value", draw);
draw();
if (sessionStorage.getItem(KEPT)) trigger("restore", { id: sessionStorage.getItem(KEPT) });
