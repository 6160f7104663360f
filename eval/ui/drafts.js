// Drafted questions, one at a time. `props.value` is what `drafts.Deciding` makes; all HTML in it was escaped there.
const place = element.querySelector(".sg-drafts-place");
const said = element.querySelector(".sg-said");
let view = {};
let last = 0;
let busy = 0;

const words = () => element.querySelector("#sg-draft-words");

// One event at a time: a key held down decides once.
function send(name, data) {
  if (Date.now() - busy < 5000) return;
  busy = Date.now();
  trigger(name, { only: view.only ?? "new", id: view.id, ...data });
}

function draw() {
  const value = props.value;
  if (!value || !value.drawn || value.drawn < last) return;
  last = value.drawn;
  busy = 0;
  const inside = place.contains(document.activeElement);
  const held = inside ? { only: document.activeElement.dataset.only, step: document.activeElement.dataset.step } : {};
  const same = value.id === view.id && value.id;
  const typed = same && words() ? words().value : null;
  const failed = value.html.includes('role="alert"');
  view = value;
  place.innerHTML = value.html;
  if (failed && typed !== null) words().value = typed; // what was refused is not lost
  said.textContent = value.said;
  if (inside) {
    const again =
      (held.only && place.querySelector(`[data-only="${held.only}"]`)) ||
      (held.step && place.querySelector(`[data-step="${held.step}"]:not(:disabled)`)) ||
      place.querySelector(".sg-draft") ||
      place.querySelector("[data-undo], [data-only]");
    again?.focus({ preventScroll: true });
  }
  if (value.waits) setTimeout(() => trigger("show", {}), 1500);
}

function decide(status) {
  if (view.id && words()) send("decide", { status, question: words().value });
}

function undo() {
  if (view.undo) send("decide", view.undo);
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  const { only, status, step } = button.dataset;
  if (only) send("show", { only, id: "" });
  else if (status) decide(status);
  else if (step) send("show", { step: Number(step) });
  else if (button.hasAttribute("data-undo")) undo();
  else if (button.hasAttribute("data-save")) trigger("save", {});
});

element.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.repeat || !event.target.closest(".sg-draft, .sg-drafts-told")) return;
  if (event.target === words()) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) decide("accepted");
    else if (event.key === "Escape") event.target.closest(".sg-draft").focus();
    else return;
  } else {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    if (key === "a") decide("accepted");
    else if (key === "r") decide("rejected");
    else if (key === "e") words().focus();
    else if (key === "u") undo();
    else if (key === "arrowleft") send("show", { step: -1 });
    else if (key === "arrowright") send("show", { step: 1 });
    else return;
  }
  event.preventDefault();
  event.stopPropagation();
});

watch("value", draw);
draw();
trigger("show", {});
