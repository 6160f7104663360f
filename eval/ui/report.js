// The report of a run, or of two. `props.value` is what `Evaluating` makes, with only the parts that are new; the report
// itself is put into its frame once. All HTML in it was escaped by the server.
const parts = { head: ".sg-eval-head", report: ".sg-eval-frame", items: ".sg-eval-wrong" };
for (const name in parts) parts[name] = element.querySelector(parts[name]);
const KEPT = "sangho-evaluation";
let last = 0;
let asked = false; // by the person, and not by a reload

function draw() {
  const value = props.value;
  if (!value || value.drawn < last) return; // overtaken on the way
  last = value.drawn;
  for (const name in parts) {
    if (value[name] === undefined) continue;
    const held = parts[name].contains(document.activeElement);
    parts[name].innerHTML = value[name];
    if (held && name === "items") focusOn(parts.items.querySelector("h3"));
  }
  if (value.names.length) sessionStorage.setItem(KEPT, JSON.stringify(value.names)); // a reload opens it again
  else if (value.drawn) sessionStorage.removeItem(KEPT);
  if (!asked || value.head === undefined) return;
  asked = false;
  if (!value.head) return focusOn(document.querySelector("#sg-eval-runs h3"));
  focusOn(parts.head.querySelector("h3"));
  parts.head.scrollIntoView({ block: "start" });
}

function focusOn(one) {
  if (!one) return;
  one.tabIndex = -1;
  one.focus({ preventScroll: true });
}

function tabNamed(name) {
  return [...document.querySelectorAll("#sg-tabs button[role=tab]")].find((tab) => tab.textContent.trim() === name);
}

// Puts a question into the box of the Ask tab, which may not have been open yet.
function ask(question, tries = 40) {
  const box = document.querySelector("#sg-box textarea");
  if (!box) return void (tries && setTimeout(ask, 50, question, tries - 1));
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

addEventListener("sangho-report", () => {
  asked = true;
  parts.head.innerHTML = '<p class="sg-loading" role="status">Making the report…</p>';
  parts.report.innerHTML = parts.items.innerHTML = "";
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { does, form, page } = button.dataset;
  if (does === "close") {
    asked = true;
    trigger("close", {});
  } else if (form) trigger("save", { form });
  else if (page !== undefined) trigger("turn", { page: Number(page) });
  else if (button.dataset.ask !== undefined) {
    tabNamed("Ask")?.click();
    setTimeout(ask, 0, button.dataset.ask);
  } else if (button.dataset.claim !== undefined) {
    window.sanghoClaim = button.dataset.claim; // where the tab's script looks when it is opened first
    tabNamed("Check")?.click();
    dispatchEvent(new CustomEvent("sangho-check")); // and for when it is open already
  }
});

watch("value", draw);
draw();
if (sessionStorage.getItem(KEPT)) trigger("see", { names: JSON.parse(sessionStorage.getItem(KEPT)), again: true });
