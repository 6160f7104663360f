// The dialog of kept conversations. `showModal` keeps the focus inside and gives it back; the server draws the list.
const dialog = element.querySelector("dialog");
const list = element.querySelector(".sg-past-list");

element.querySelector(".sg-past-open").addEventListener("click", () => {
  trigger("click", {});
  dialog.showModal();
});
element.querySelector(".sg-past-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // the backdrop
});

function draw() {
  list.innerHTML = props.value;
  for (const time of list.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
  const open = sessionStorage.getItem("sangho-conversation");
  list.querySelector(`[data-id="${open}"] .sg-open`)?.setAttribute("aria-current", "true");
  if (dialog.open && !dialog.contains(document.activeElement)) element.querySelector(".sg-past-close").focus();
}

// The question that stands in a button's place until it is answered; the first answer is the safe one.
function confirmed(button, words, act) {
  const place = button.parentElement;
  const before = [...place.childNodes];
  const keep = Object.assign(document.createElement("button"), { type: "button", className: "sg-copy", textContent: "Keep" });
  const yes = Object.assign(document.createElement("button"), { type: "button", className: "sg-copy sg-danger", textContent: words });
  keep.addEventListener("click", () => {
    place.replaceChildren(...before);
    button.focus();
  });
  yes.addEventListener("click", act);
  place.replaceChildren(keep, yes);
  keep.focus();
}

function rename(row, button) {
  const form = document.createElement("form");
  const field = document.createElement("input");
  const kept = row.querySelector("div");
  Object.assign(field, { value: row.querySelector("bdi").textContent, maxLength: Number(button.dataset.longest) });
  field.setAttribute("aria-label", "New title");
  const save = Object.assign(document.createElement("button"), { className: "sg-copy", textContent: "Rename" });
  form.append(field, save);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trigger("click", { rename: row.dataset.id, title: field.value });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // leaves the dialog open
    form.replaceWith(kept);
    button.focus();
  });
  kept.replaceWith(form);
  field.select();
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (!button) return;
  const row = button.closest("li");
  switch (button.dataset.does) {
    case "open":
      dialog.close();
      for (const tab of document.querySelectorAll("#sg-tabs button[role=tab]")) if (tab.textContent.trim() === "Ask") tab.click();
      return trigger("open", { id: row.dataset.id });
    case "rename":
      return rename(row, button);
    case "delete":
      return confirmed(button, "Delete for good", () => trigger("delete", { id: row.dataset.id }));
    case "delete-all":
      return confirmed(button, "Delete all for good", () => trigger("delete", { all: true }));
    case "erase":
      return confirmed(button, "Erase for good", () => trigger("click", { erase: true }));
    case "export":
      return trigger("export", {});
  }
});

watch("value", draw);
