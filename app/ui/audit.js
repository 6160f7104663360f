// An audit. `props.value` is what `auditing.audit_view` makes; the report is put into its frame once.
const head = element.querySelector(".sg-check-head");
const report = element.querySelector(".sg-report-place");
const said = element.querySelector(".sg-said");
let last = 0;
const KEPT = "sangho-audit";
let shown = "";

function draw() {
  const value = props.value;
  if (!value || value.drawn < last) return; // overtaken on the way
  last = value.drawn;
  if (value.id) sessionStorage.setItem(KEPT, value.id); // by which this tab finds it again after a reload
  if (head.dataset.html !== value.head) {
    const held = head.contains(document.activeElement);
    head.innerHTML = head.dataset.html = value.head;
    if (held) head.querySelector("button")?.focus({ preventScroll: true });
  }
  if (shown !== value.report) report.innerHTML = shown = value.report;
  if (said.textContent !== value.said) said.textContent = value.said;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { does, form } = button.dataset;
  if (does) trigger(does === "cancel" ? "cancel" : "go_on", {});
  else if (form) trigger("save", { form });
});

watch("value", draw);
draw();
if (sessionStorage.getItem(KEPT)) trigger("restore", { id: sessionStorage.getItem(KEPT) });
