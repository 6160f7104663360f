// The sources. The server draws each view; this asks for it, keeps the address and the focus, and sorts the table.
let wanted = { view: "list" };

function show(view, keep) {
  wanted = view;
  element.setAttribute("aria-busy", "true");
  trigger("click", view);
  if (keep) return;
  const at = view.view === "read" ? `?doc=${encodeURIComponent(view.doc)}${view.p ? `&p=${view.p}` : ""}` : "/";
  history.pushState(view, "", at);
}

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  return asked.get("doc") ? { view: "read", doc: asked.get("doc"), p: asked.get("p") } : { view: "list" };
}

function drawn() {
  element.removeAttribute("aria-busy");
  const here = element.querySelector(".sg-here");
  const reader = element.querySelector(".sg-reader");
  if (reader) reader.focus({ preventScroll: true });
  if (here) here.scrollIntoView({ block: "center" });
  else if (wanted.view !== "list") scrollTo({ top: 0 });
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
  const below = event.target.closest("[data-to]");
  if (below) return document.getElementById(below.dataset.to)?.scrollIntoView({ block: "start" });
  const to = event.target.closest("[data-view], a[data-doc]");
  if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(to.dataset.view ? { view: to.dataset.view } : { view: "read", doc: to.dataset.doc, p: to.dataset.p });
});
element.addEventListener("input", (event) => {
  if (event.target.matches(".sg-narrowing")) narrow(event.target.value);
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
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
