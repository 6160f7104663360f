// The conversation. Gradio calls this once with the component's element. `props.value` is
// {number, turns: [html, ...], controls: html, said: text}; each turn keeps its own element, so that opened
// disclosures, focus and selections of earlier turns survive while a later one is written. The controls belong to the
// last turn and move on to the next. All HTML in it was escaped by the server.
const turns = element.querySelector(".sg-turns");
const said = element.querySelector(".sg-said");
const drawn = [];
const controls = document.createElement("p");
controls.className = "sg-actions sg-controls";
let number = 0;

function draw() {
  const value = props.value || { number, turns: [], controls: "", said: "" };
  if (value.number < number) return; // a late answer to a conversation that has ended
  number = value.number;
  while (turns.children.length > value.turns.length) {
    turns.lastElementChild.remove();
    drawn.pop();
  }
  let begun = null; // scrolled to when all is in its place
  value.turns.forEach((html, i) => {
    if (drawn[i] === html) return;
    let turn = turns.children[i];
    if (!turn) {
      turn = document.createElement("section");
      turn.className = "sg-turn";
      turn.append(document.createElement("div"));
      turns.append(turn);
    }
    turn.firstElementChild.innerHTML = html;
    if (drawn[i] === undefined) begun = turn;
    drawn[i] = html;
  });
  const last = turns.lastElementChild;
  if (last && controls.parentNode !== last) last.append(controls);
  if (controls.dataset.html !== value.controls) controls.innerHTML = controls.dataset.html = value.controls;
  if (begun) begun.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  if (said.textContent !== value.said) said.textContent = value.said;
}

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

async function copy(button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
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
