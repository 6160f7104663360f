// The originals: buttons begin and stop, and while that goes on the server is asked how far it is. What it answers is
// drawn here, so that the button that has the focus stays the same one while only the progress moves on. The page is
// told of an answer only if it differs, so each question has a number that comes back in it.
let asked = 0;
let waiting = 0;
let ran = false;

const place = element.querySelector(".sg-originals-place");
const running = () => place.querySelector("[data-running]") !== null;
const ask = (does) => trigger("click", { does, asked: ++asked });

// Gives the focus to a button, or to the whole part while it has none.
function hold(one) {
  if (one && one.localName !== "button") one.tabIndex = -1;
  one?.focus({ preventScroll: true });
}

// Draws what the server made; where both are of fetching under way, only bar and words are exchanged.
function draw() {
  clearTimeout(waiting);
  const made = document.createElement("div");
  made.innerHTML = props.value;
  const [bar, next] = [place, made].map((one) => one.querySelector("progress"));
  const buttons = [place, made].map((one) => one.querySelector("[data-does]") !== null);
  if (bar && next && buttons[0] === buttons[1]) {
    bar.value = next.value;
    const [words, said] = [place, made].map((one) => one.querySelector("[role=status]"));
    if (words.textContent !== said.textContent) words.textContent = said.textContent;
  } else {
    const held = place.contains(document.activeElement);
    place.replaceChildren(...made.childNodes);
    if (held) hold(place.querySelector("[data-does]") ?? place.firstElementChild);
  }
  if (running()) waiting = setTimeout(ask, 1000, "look");
  if (running() !== ran) dispatchEvent(new CustomEvent("sangho-originals", { detail: { running: running(), from: element } }));
  ran = running();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (button && button.getAttribute("aria-disabled") !== "true") {
    button.setAttribute("aria-disabled", "true"); // and not disabled: that would take the focus away
    ask(button.dataset.does);
  }
});

watch("value", draw);

// There are two of these on a page: what one begins or ends, the other looks at.
addEventListener("sangho-originals", (event) => {
  if (event.detail.from !== element && event.detail.running !== ran) ask("look");
});
addEventListener("sangho-opened", () => ask("look"));

ask("look");
