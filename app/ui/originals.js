// The originals: buttons begin and stop, and while that goes on the server is asked how far it is. The page is told of
// an answer only if its HTML differs, so each question has a number that comes back in it.
let asked = 0;
let waiting = 0;
let ran = false;
let held = false; // whether the focus was in it

const running = () => element.querySelector("[data-running]") !== null;
const ask = (does) => trigger("click", { does, asked: ++asked });

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (!button) return;
  held = true;
  button.disabled = true;
  ask(button.dataset.does);
});

watch("value", () => {
  clearTimeout(waiting);
  if (running()) waiting = setTimeout(ask, 1000, "look");
  if (running() !== ran) dispatchEvent(new CustomEvent("sangho-originals", { detail: { running: running(), from: element } }));
  ran = running();
  if (held && document.activeElement === document.body) element.querySelector("[data-does]")?.focus();
  held = false;
});

// There are two of these on a page: what one begins or ends, the other looks at.
addEventListener("sangho-originals", (event) => {
  if (event.detail.from !== element && event.detail.running !== ran) ask("look");
});

ask("look");
