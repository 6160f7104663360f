// The runs. `props.value` is what `Evaluating` makes; while one is under way the server is asked how far it is. Each part
// is drawn anew only where it differs, so that focus, choices and the question before deleting stay. All HTML in it was
// escaped by the server.
const parts = Object.fromEntries(["notice", "going", "list"].map((name) => [name, element.querySelector(`.sg-eval-${name}`)]));
const said = element.querySelector(".sg-said");
let last = 0;
let waiting = 0;

// Draws a part anew, and gives the focus back to what stands for the same thing, or to the part.
function put(place, html) {
  if (place.dataset.html === html) return false;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key ?? "" : null;
  place.innerHTML = place.dataset.html = html;
  if (focused === null) return true;
  const again = place.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? parts.list.querySelector("h3");
  if (again?.localName === "h3") again.tabIndex = -1;
  again?.focus({ preventScroll: true });
  return true;
}

// Of what is under way only the bar and the words move on, where the rest stays.
function move(html) {
  const made = document.createElement("div");
  made.innerHTML = html;
  const buttons = (one) => [...one.querySelectorAll("[data-key]")].map((button) => button.dataset.key).join();
  const shape = (one) => `${one.querySelectorAll(".sg-progress").length} ${one.querySelectorAll("progress").length} ${buttons(one)}`;
  if (shape(made) !== shape(parts.going)) return put(parts.going, html);
  const pairs = (selector) => [parts.going, made].map((one) => [...one.querySelectorAll(selector)]);
  const [bars, nextBars] = pairs("progress");
  bars.forEach((bar, i) => {
    bar.max = nextBars[i].max;
    bar.value = nextBars[i].value;
  });
  const [lines, nextLines] = pairs(".sg-stage");
  lines.forEach((line, i) => (line.textContent = nextLines[i].textContent));
  parts.going.dataset.html = html;
}

function draw() {
  const value = props.value;
  if (!value || value.drawn < last) return; // overtaken on the way
  last = value.drawn;
  put(parts.notice, value.notice);
  move(value.going);
  const chosen = [...parts.list.querySelectorAll("select")].map((one) => one.value);
  const count = parts.list.querySelectorAll(".sg-runs > li").length;
  if (put(parts.list, value.list)) {
    local(parts.list);
    const grown = parts.list.querySelectorAll(".sg-runs > li").length !== count;
    parts.list.querySelectorAll("select").forEach((one, i) => {
      const kept = !grown && [...one.options].some((option) => option.value === chosen[i]);
      if (kept) one.value = chosen[i];
      else one.selectedIndex = i ? 0 : 1; // the newest, with the one before it
    });
  }
  if (said.textContent !== value.said) said.textContent = value.said;
  clearTimeout(waiting);
  if (parts.going.querySelector("[data-running]")) waiting = setTimeout(look, 1000);
}

// Times as they are here.
function local(place) {
  for (const time of place.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
}

function look() {
  clearTimeout(waiting);
  waiting = setTimeout(look, 10000); // an answer that is lost does not end it
  trigger("look", {});
}

// The question that stands in the button's place until it is answered; the first answer is the safe one.
function confirmed(button, act) {
  const place = button.parentElement;
  const before = [...place.childNodes];
  const make = (words, look) => Object.assign(document.createElement("button"), { type: "button", className: look, textContent: words });
  const keep = make("Keep", "sg-copy");
  const yes = make("Delete for good", "sg-copy sg-danger");
  keep.addEventListener("click", () => {
    place.replaceChildren(...before);
    button.focus();
  });
  yes.addEventListener("click", act);
  place.replaceChildren(keep, yes);
  keep.focus();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (!button) return;
  const { does, name } = button.dataset;
  if (does === "delete") confirmed(button, () => trigger("delete", { name }));
  else if (does === "see") open([name]);
  else trigger(does === "cancel" ? "cancel" : "go_on", { name });
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const { first, second } = event.target.elements;
  open([first.value, second.value]);
});

// The report stands in a component of its own, which says that it is being made.
function open(names) {
  dispatchEvent(new CustomEvent("sangho-report"));
  trigger("see", { names });
}

// Each time the tab is opened: others may have begun a run since. The margin counts what is below the window's edge too.
const opened = (seen) => seen.some((one) => one.isIntersecting) && look();
new IntersectionObserver(opened, { rootMargin: "1000000px" }).observe(element);
watch("value", draw);
draw();
