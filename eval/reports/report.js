// Sorts tables, filters the items, and writes an item's details when it is opened. What comes from documents, models and
// people is only ever set as text.
(() => {
  const held = document.getElementById("data");
  const data = held ? JSON.parse(held.textContent) : { documents: [], items: [], marks: [], runs: [] };
  const $ = (name) => document.getElementById(name);
  const number = (text) => (/^[-−+]?[\d.]/.test(text) ? parseFloat(text.replace("−", "-")) : NaN);

  const make = (tag, text = "", look = "") => {
    const one = document.createElement(tag);
    if (text !== "") one.textContent = text;
    if (look) one.className = look;
    return one;
  };
  const quoted = (text, look = "said") => {
    const one = make("p", text, look);
    one.dir = "auto";
    return one;
  };

  // Tables

  const keyOf = (row, at) => row.cells[at].dataset.key ?? row.cells[at].textContent.trim();
  const compare = (one, other) => {
    const [a, b] = [number(one), number(other)];
    if (!isNaN(a) && !isNaN(b)) return a - b;
    if (isNaN(a) !== isNaN(b)) return isNaN(a) ? 1 : -1;
    return one.localeCompare(other);
  };
  const sort = (table, head, at) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((one) => one.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [keyOf(row, at), row]);
    const known = rows.filter(([key]) => key !== "" && key !== "–");
    known.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
    // What has no figure stays last either way.
    body.append(...known.map(([, row]) => row), ...rows.filter(([key]) => key === "" || key === "–").map(([, row]) => row));
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if (head.classList.contains("unsorted")) return;
      const button = make("button", head.textContent);
      button.type = "button";
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(table, head, at));
    });
  });

  // Details of an item

  const named = (at) => data.documents[at] ?? "";
  const rank = (place) => (place ? `found at rank ${place}` : "not found");
  const range = (first, last) => (first === null || first === undefined ? "" : first === last ? ` ¶${first}` : ` ¶${first}–${last}`);
  const citation = (one) => {
    const item = make("li");
    if (one.n) item.append(`[${one.n}] `);
    item.append(make("b", one.title || named(one.doc)), `${range(one.paragraph, one.paragraph)}`);
    const said = [one.date, one.stance, one.gold ? "gold" : ""].filter(Boolean).join(" · ");
    if (said) item.append(make("small", ` · ${said}`));
    if (one.quote) item.append(quoted(one.quote));
    return item;
  };
  const listed = (to, head, entries, tag = "ul") => {
    if (!entries.length) return;
    const list = make(tag);
    list.append(...entries);
    to.append(make("h4", head), list);
  };
  const placed = ([doc, first, last, score, gold, text]) => {
    const item = make("li", `${named(doc)}${range(first, last)}`);
    item.append(make("small", ` · ${score}`));
    if (gold) item.append(make("b", " · gold", "hit"));
    if (text) item.append(quoted(text, "passage"));
    return item;
  };
  const given = (run, heading) => {
    const part = make("section");
    if (heading) part.append(make("h3", heading));
    if (!run) {
      part.append(make("p", "This run does not have the item."));
      return part;
    }
    if (run.failed) {
      part.append(make("h4", "Crashed"), quoted(run.failed));
      return part;
    }
    const verdict = [run.given, run.confidence && `confidence ${run.confidence}`];
    if (run.given) part.append(make("h4", "Given"), make("p", verdict.filter(Boolean).join(", ")));
    if (run.answer) part.append(quoted(run.answer));
    listed(part, "Cited", run.citations.map(citation));
    listed(part, "Retrieved first", run.ranking.map(placed), "ol");
    if (run.marks.length) {
      const table = make("table"), body = make("tbody");
      for (const [name, value] of run.marks) {
        const row = make("tr"), head = make("th", data.marks[name]);
        head.scope = "row";
        row.append(head, make("td", value, "n"));
        body.append(row);
      }
      table.append(body);
      part.append(make("h4", "Marks"), table);
    }
    return part;
  };
  const right = (item) => {
    const part = make("section");
    if (item.history.length) listed(part, "Asked before", item.history.map((text) => make("li", text)));
    if (item.expected) part.append(make("h4", "Right"), make("p", item.expected));
    const facts = item.facts.map(({ wordings, found }) => {
      const entry = make("li", wordings.join(" / "));
      found.forEach((one, at) => {
        if (one === null) return;
        const which = found.length > 1 ? ` (${data.runs[at]})` : "";
        entry.append(make("small", one ? ` ✓ found${which}` : ` ✕ missing${which}`, one ? "hit" : "miss"));
      });
      return entry;
    });
    listed(part, "Facts that the answer must hold", facts);
    const gold = item.gold.map(([doc, paragraph, text, ranks]) => {
      const entry = make("li", `${named(doc)}${range(paragraph, paragraph)}`);
      const said = ranks.map((one, at) => (one === null ? "" : rank(one) + (ranks.length > 1 ? ` (${data.runs[at]})` : "")));
      if (said.some(Boolean)) entry.append(make("small", ` · ${said.filter(Boolean).join(" · ")}`));
      if (text) entry.append(quoted(text, "passage"));
      return entry;
    });
    listed(part, "Gold", gold);
    return part;
  };
  const fill = (details) => {
    if (details.dataset.filled) return;
    details.dataset.filled = "1";
    const item = data.items[details.dataset.at];
    const inner = make("div", "", "detail"), runs = make("div", "", "runs");
    const heading = (at) => (item.same ? "Both runs" : item.runs.length > 1 ? data.runs[at] : "");
    runs.append(...item.runs.map((run, at) => given(run, heading(at))));
    inner.append(right(item), runs);
    details.append(inner);
  };

  // The list of items, with its filters

  const list = $("items");
  if (!list) return;
  const entries = [...list.children];
  const texts = data.items.map((item) =>
    [item.id, item.asked, ...item.history, ...item.facts.flatMap((fact) => fact.wordings), ...item.gold.map(([doc]) => named(doc)),
      ...item.runs.flatMap((run) => (run ? [run.answer, run.failed, ...run.citations.flatMap((one) => [one.title, one.quote])] : []))]
      .join("\n").toLocaleLowerCase(),
  );
  const form = $("filter");
  const at = (entry) => Number(entry.firstElementChild.dataset.at);
  const states = { all: () => true, unright: (state) => state !== "right" };
  const apply = () => {
    const wanted = $("state").value, words = $("words").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const groups = [...form.querySelectorAll("[data-group]")].filter((one) => one.value);
    let count = 0;
    for (const entry of entries) {
      const item = data.items[at(entry)];
      const state = (states[wanted] ?? ((one) => one === wanted))(item.state);
      const shown = state && words.every((word) => texts[at(entry)].includes(word)) &&
        groups.every((one) => (one.dataset.group === "" ? item.task : item.groups[one.dataset.group]) === JSON.parse(one.value));
      entry.hidden = !shown;
      count += shown;
    }
    $("count").textContent = `${count} of ${entries.length} items`;
  };
  const order = () => {
    const by = $("order").value, score = (entry) => data.items[at(entry)].score;
    const sorted = [...entries].sort((a, b) => (by === "worst" ? score(a) - score(b) : by === "best" ? score(b) - score(a) : 0) || at(a) - at(b));
    list.append(...sorted);
  };
  const open = () => {
    const found = /^#item-\d+$/.test(location.hash) && $(location.hash.slice(1));
    if (!found) return;
    if (found.hidden) {
      // Not reset, which would put the items in order anew, and so take the focus away.
      form.querySelectorAll("input, [data-group]").forEach((one) => (one.value = ""));
      $("state").value = "all";
      apply();
    }
    found.firstElementChild.open = true;
    fill(found.firstElementChild);
    found.scrollIntoView();
    found.querySelector("summary").focus({ preventScroll: true });
  };
  list.addEventListener("toggle", (event) => event.target.matches?.("details[data-at]") && event.target.open && fill(event.target), true);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); order(); }));
  form.addEventListener("input", apply);
  $("order").addEventListener("change", order);
  $("open").addEventListener("click", () => {
    const shown = entries.filter((entry) => !entry.hidden).map((entry) => entry.firstElementChild);
    const opening = shown.some((one) => !one.open);
    for (const one of shown) {
      one.open = opening;
      if (opening) fill(one);
    }
    $("open").textContent = opening ? "Close all shown" : "Open all shown";
  });
  for (const one of document.querySelectorAll("[data-script]")) one.hidden = false;
  apply();
  addEventListener("hashchange", open);
  // A link to an item that is open already changes nothing in the address.
  addEventListener("click", (event) => event.target.closest?.('a[href^="#item-"]')?.getAttribute("href") === location.hash && open());
  open();
})();
