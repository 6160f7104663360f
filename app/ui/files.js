// Adding a person's own files: each goes to the window's own routes by itself, so that one that is refused does not
// stop the others, and its error can be told beside its name.
const api = async (method, path, body) => {
  const answer = await fetch(path, { method, body, headers: body ? { "content-type": "application/json" } : {} });
  const values = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error([values.error, values.remedy].filter(Boolean).join(" ") || `Error ${answer.status}.`);
  return values;
};
const part = (name) => element.querySelector(name);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let busy = false;
let back = ""; // what has the focus once this is drawn anew

function say(text) {
  part(".sg-adding-said").textContent = text;
}

function fail(name, why) {
  const line = document.createElement("li");
  line.textContent = /^[a-z]/.test(why) ? `${name} ${why}` : `${name}: ${why}`; // "x.pdf is not a PDF"
  part(".sg-adding-errors").append(line);
}

// Puts buttons, by their labels, in the place of those that stand there; the focus goes on to the first.
function offer(buttons) {
  const place = part(".sg-adding .sg-actions");
  const held = place.contains(document.activeElement);
  const made = Object.entries(buttons).map(([label, act]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "sg-copy", textContent: label });
    button.addEventListener("click", act);
    return button;
  });
  place.replaceChildren(...made);
  if (held) (made[0] ?? part("[data-pick]")).focus();
}

function redraw(focused, event) {
  back = focused;
  trigger("click", { view: "files", ...event });
}

function send(batch, { file, path }, done) {
  const address = `/files/${batch}/${path.split("/").map(encodeURIComponent).join("/")}`;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => done(event.loaded));
    request.addEventListener("error", () => reject(new Error("The connection was lost. Add it again.")));
    request.addEventListener("load", () => {
      if (request.status < 300) return resolve();
      let told = {};
      try {
        told = JSON.parse(request.responseText);
      } catch {}
      reject(new Error([told.error, told.remedy].filter(Boolean).join(" ") || `Error ${request.status}.`));
    });
    request.open("PUT", address);
    request.send(file);
  });
}

function refusal({ file, path }) {
  const box = part(".sg-files");
  const ending = path.slice(path.lastIndexOf(".")).toLowerCase();
  if (!box.dataset.kinds.split(",").includes(ending)) return `Files ending in ${ending} cannot be read.`;
  if (file.size > Number(box.dataset.largest)) return `It is over the limit of ${box.dataset.largest / 1e6} MB.`;
  return "";
}

async function indexed(batch) {
  for (;;) {
    const state = await api("GET", `/files/${batch}`);
    if (state.state === "done") return state;
    if (state.state === "failed") throw new Error(state.error);
    part("progress").value = state.total ? state.done / state.total : 0;
    say(state.total ? `Indexing: ${state.done} of ${state.total}` : state.note || "Indexing…");
    await pause(400);
  }
}

async function add(files) {
  if (busy || !files.length) return;
  busy = true;
  part(".sg-adding").hidden = false;
  part(".sg-adding-errors").replaceChildren();
  offer({});
  let batch = null;
  try {
    const [first, inside] = files[0].path.split("/");
    const label = inside || files.length === 1 ? first : `${first} and ${files.length - 1} more`;
    ({ batch } = await api("POST", "/files", JSON.stringify({ label })));
    const undo = batch;
    offer({ Cancel: () => api("DELETE", `/files/${undo}`).catch(() => {}) });
    const all = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
    let before = 0;
    let kept = 0;
    for (const [i, one] of files.entries()) {
      say(`Adding ${i + 1} of ${files.length}: ${one.path}`);
      const why = refusal(one);
      try {
        if (why) throw new Error(why);
        await send(batch, one, (bytes) => (part("progress").value = (before + bytes) / all));
        kept += 1;
      } catch (error) {
        fail(one.path, error.message);
      }
      before += one.file.size;
    }
    if (!kept) throw new Error("None of these files could be added.");
    await api("POST", `/files/${batch}/finish`);
    const state = await indexed(batch);
    for (const { name, error } of state.failed) fail(name, error);
    if (!state.documents.length) throw new Error("None of these files could be read.");
    say(`Added ${state.documents.length} document${state.documents.length === 1 ? "" : "s"}.`);
    part("progress").value = 1;
    offer({ Undo: () => remove(undo), "Show them in the list": () => redraw(".sg-batches li:last-child input") });
    dispatchEvent(new CustomEvent("sangho-added"));
  } catch (error) {
    say(error.message);
    offer({});
    if (batch) await api("DELETE", `/files/${batch}`).catch(() => {});
  } finally {
    busy = false;
  }
}

async function remove(batch) {
  say("Removing…");
  part(".sg-adding").hidden = false;
  try {
    await api("DELETE", `/files/${batch}`);
    part("[data-pick]").focus();
    dispatchEvent(new CustomEvent("sangho-added"));
    part(".sg-adding").hidden = true; // what the server draws next may be what stands there already
    redraw("[data-pick]");
  } catch (error) {
    say(error.message);
  }
}

// A dropped folder is walked by its entries; a chosen one names its files' paths itself.
async function walk(entry, into) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    into.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await walk(inner, into);
  }
}

trigger("click", { view: "files", first: true }); // what was added before

watch("value", () =>
  setTimeout(() => {
    if (back && document.activeElement === document.body) part(back)?.focus();
    back = "";
  }),
);

element.addEventListener("dragover", (event) => {
  if (!event.target.closest(".sg-files")) return;
  event.preventDefault();
  part(".sg-drop").classList.add("sg-over");
});
element.addEventListener("dragleave", () => part(".sg-drop")?.classList.remove("sg-over"));
element.addEventListener("drop", async (event) => {
  if (!event.target.closest(".sg-files")) return;
  event.preventDefault();
  part(".sg-drop").classList.remove("sg-over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [];
  for (const entry of entries) await walk(entry, files);
  add(files);
});
element.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type === "file") {
    add([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
    input.value = "";
  } else if (input.dataset.local) {
    redraw(`[data-local="${input.dataset.local}"]`, { local: input.dataset.local, on: input.checked });
  }
});
element.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-pick], [data-undo]");
  if (!pressed) return;
  if (pressed.dataset.undo) remove(pressed.dataset.undo);
  else part(pressed.dataset.pick === "files" ? "input[multiple]" : "input[webkitdirectory]").click();
});
