// The sources. The server draws each view; this asks for it, keeps the address and the focus, and sorts the table.
let wanted = { view: "list" };
let asked = 0;
let left = wanted; // the view before
let held = false; // whether the focus was in it

function show(view, keep) {
  if (!keep) history.replaceState({ ...wanted, at: scrollY }, ""); // where the way back leads to
  left = wanted;
  held = element.contains(document.activeElement);
  wanted = view;
  element.setAttribute("aria-busy", "true");
  trigger("click", { ...view, asked: ++asked });
  if (!keep) history.pushState(view, "", addressOf(view));
}

function addressOf({ view, doc, p, left, right }) {
  const part = encodeURIComponent;
  if (view === "read") return `?doc=${part(doc)}${p ? `&p=${p}` : ""}`;
  if (view === "compare") return `?compare=${part(left)}${right ? `&with=${part(right)}` : ""}`;
  return "/";
}

function fromAddress() {
  const query = new URLSearchParams(location.search);
  if (query.get("doc")) return { view: "read", doc: query.get("doc"), p: query.get("p") };
  if (query.has("compare")) return { view: "compare", left: query.get("compare"), right: query.get("with") ?? "" };
  return { view: "list" };
}

function drawn() {
  element.removeAttribute("aria-busy");
  const here = element.querySelector(".sg-here");
  const reader = element.querySelector(".sg-reader");
  if (reader) reader.focus({ preventScroll: true });
  if (wanted.view === "compare") focusComparison();
  else if (held && !reader) focusFirst();
  held = false;
  if (wanted.at !== undefined) scrollTo({ top: wanted.at });
  else if (here) here.scrollIntoView({ block: "center" });
  else if (wanted.view !== "list") scrollTo({ top: 0 });
  delete wanted.at; // what is drawn once more, after adding files, stays where it is
}

// What was found; or in the list the document that was read before; or the view's heading.
function focusFirst() {
  const links = [...element.querySelectorAll(".sg-table a[data-doc]")];
  const next =
    element.querySelector(".sg-find ~ [role=status]") ??
    links.find((link) => link.dataset.doc === left.doc) ??
    element.querySelector("h2, [role=alert]");
  if (next && next.localName !== "a") next.tabIndex = -1;
  next?.focus({ preventScroll: wanted.at !== undefined });
}

function focusComparison() {
  const compared = element.querySelector(".sg-compared");
  const choices = [...element.querySelectorAll(".sg-choose select")];
  const next = compared ?? choices.find((choice) => !choice.value) ?? choices[1];
  next?.focus({ preventScroll: true });
  if (compared && wanted.only) showOnly(wanted.only);
}

// Rows of a comparison: "both", "left" or "right"; all where it is empty.
function showOnly(kind) {
  wanted = { ...wanted, only: kind };
  for (const button of element.querySelectorAll("[data-only]")) button.setAttribute("aria-pressed", button.dataset.only === kind);
  const rows = [...element.querySelectorAll(".sg-rows tbody tr")];
  for (const row of rows) row.hidden = kind !== "" && row.dataset.kind !== kind;
  const count = rows.filter((row) => !row.hidden).length;
  element.querySelector(".sg-count").textContent = kind ? `${count} of ${rows.length} rows` : `all ${rows.length} rows`;
}

function goDown(part) {
  part?.scrollIntoView({ block: "start" });
  part?.querySelector("button")?.focus({ preventScroll: true });
}

function sortBy(button) {
  const column = Number(button.dataset.sort);
  const head = button.closest("th");
  const rising = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const body = element.querySelector("tbody");
  const key = (row) => row.children[column].dataset.key;
  const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b)));
  body.append(...(rising ? rows : rows.reverse()));
}

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of element.querySelectorAll("tbody tr")) {
    row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    count += !row.hidden;
  }
  element.querySelector(".sg-count").textContent = `${count} document${count === 1 ? "" : "s"}`;
}

element.addEventListener("click", (event) => {
  const sorting = event.target.closest("[data-sort]");
  if (sorting) return sortBy(sorting);
  const only = event.target.closest("[data-only]");
  if (only) return showOnly(only.dataset.only);
  const below = event.target.closest("[data-to]");
  if (below) return goDown(document.getElementById(below.dataset.to));
  const to = event.target.closest("[data-view], a[data-doc], a[data-compare]");
  if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const { view, doc, p, compare } = to.dataset;
  if (view) return show({ view });
  show(doc === undefined ? { view: "compare", left: compare, right: "" } : { view: "read", doc, p });
});
// What was fetched or given back stands in the list.
addEventListener("sangho-originals", (event) => {
  if (!event.detail.running && wanted.view === "list" && element.querySelector(".sg-table")) show({ view: "list" }, true);
});
element.addEventListener("input", (event) => {
  if (event.target.matches(".sg-narrowing")) narrow(event.target.value);
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  if (event.target.matches(".sg-choose")) return show({ view: "compare", left: given.get("left"), right: given.get("right") });
  const query = given.get("query").trim();
  if (query) show({ view: "find", query, exact: given.get("exact") !== null });
});

// A place named elsewhere in the window, and the browser's own way back.
addEventListener("sangho-read", (event) => show(event.detail, true));
addEventListener("popstate", (event) => {
  if (event.state?.view || location.search) show(event.state?.view ? event.state : fromAddress(), true);
  else show({ view: "list" }, true);
});

watch("value", () => setTimeout(drawn));
show(fromAddress(), true);
