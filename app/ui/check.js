// The results of checked claims. `props.value` is what `checking.view` makes; each result keeps its own element, so that
// opened disclosures, focus and selections survive while others come. All HTML in it was escaped by the server.
const head = element.querySelector(".sg-check-head");
const list = element.querySelector(".sg-checks");
const foot = element.querySelector(".sg-check-foot");
const said = element.querySelector(".sg-said");
const drawn = [];
let last = 0;
const KEPT = "sangho-checks";

// Draws a part anew, and gives the focus back to what stands for the same thing.
function put(place, html) {
  if (place.dataset.html === html) return;
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.innerHTML = place.dataset.html = html;
  if (held === undefined) return;
  const again = place.querySelector(`[data-key="${held}"]:not(:disabled)`) ?? place.querySelector("button:not(:disabled)");
  if (again) again.focus({ preventScroll: true });
  else {
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  }
}

function draw() {
  const value = props.value;
  if (!value || value.drawn < last) return; // overtaken on the way
  last = value.drawn;
  if (value.id) sessionStorage.setItem(KEPT, value.id); // by which this tab finds it again after a reload
  put(head, value.head);
  while (list.children.length > value.checks.length) {
    list.lastElementChild.remove();
    drawn.pop();
  }
  value.checks.forEach((html, i) => {
    if (drawn[i] === html) return;
    if (!list.children[i]) list.append(document.createElement("div"));
    list.children[i].innerHTML = drawn[i] = html;
  });
  put(foot, value.foot);
  if (said.textContent !== value.said) said.textContent = value.said;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { does, only, page, form, claim, i, n } = button.dataset;
  if (does) trigger(does === "stop" ? "stop" : "go_on", {});
  else if (only !== undefined) trigger("show", { only });
  else if (page !== undefined) {
    trigger("show", { page: Number(page) });
    head.scrollIntoView({ block: "start" });
  } else if (form) trigger("save", { form });
  else if (claim !== undefined) {
    window.sanghoClaim = claim;
    dispatchEvent(new CustomEvent("sangho-check"));
  } else if (n !== undefined) {
    window.sanghoOpener = button;
    for (const open of element.querySelectorAll("[aria-current]")) open.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    trigger("click", { i: Number(i), n: Number(n) });
  }
});

watch("value", draw);
draw();
if (sessionStorage.getItem(KEPT)) trigger("restore", { id: sessionStorage.getItem(KEPT) });
