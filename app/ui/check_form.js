// The form for claims and articles. A file goes to the window's own route first; what the server is then asked names
// it by a token. The limits stand in a component of their own, beside this one.
const form = element.querySelector("form");
const box = form.querySelector("textarea");
const input = form.querySelector("input[type=file]");
const said = form.querySelector(".sg-form-said");
const main = () => document.getElementById("sg-check-main");
let busy = false;

const mode = () => form.elements.mode.value;

function setMode(to) {
  sessionStorage.setItem("sangho-check-mode", to);
  form.elements.mode.value = to;
  main().dataset.mode = to;
}

// What the evidence is limited to, as it stands on the page.
function limits() {
  const chosen = (kind) => [...document.querySelectorAll(`#sg-check-limits [data-limit="${kind}"]`)].map((chip) => chip.dataset.value);
  return { types: chosen("types"), docs: chosen("docs") };
}

function begin(what) {
  said.textContent = "";
  trigger(mode() === "article" ? "audit" : "check", { ...what, ...limits() });
}

async function send(file) {
  if (busy || !file) return;
  const kind = mode();
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  if (!input.dataset[kind].split(",").includes(ending)) {
    said.textContent = `${file.name}: only ${input.dataset[kind].replaceAll(",", ", ")} can be read here.`;
    return;
  }
  if (file.size > Number(input.dataset.largest)) {
    said.textContent = `${file.name} is over the limit of ${input.dataset.largest / 1e6} MB.`;
    return;
  }
  busy = true;
  said.textContent = `Reading ${file.name}…`;
  try {
    const answer = await fetch(`/checking/${kind}/${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error([told.error, told.remedy].filter(Boolean).join(" ") || `Error ${answer.status}.`);
    begin({ file: told.file });
    said.textContent = file.name;
  } catch (error) {
    said.textContent = error instanceof TypeError ? "The connection was lost. Choose the file again." : error.message;
  } finally {
    busy = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  begin({ text: box.value });
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.addEventListener("change", (event) => {
  if (event.target === input) {
    send(input.files[0]);
    input.value = "";
  } else if (event.target.name === "mode") {
    setMode(mode());
    said.textContent = "";
  }
});
form.addEventListener("click", (event) => {
  if (!event.target.closest("[data-pick]")) return;
  input.accept = input.dataset[mode()];
  input.click();
});
form.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
form.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  send(event.dataTransfer.files[0]);
});

// A claim from elsewhere in the window: an example, or a statement of an answer. The tab may not have been open yet.
function take(claim) {
  if (!claim) return;
  window.sanghoClaim = "";
  setMode("claims");
  box.value = claim;
  begin({ text: claim });
  box.focus({ preventScroll: true });
}
addEventListener("sangho-check", () => take(window.sanghoClaim));
setMode(sessionStorage.getItem("sangho-check-mode") ?? mode());
setTimeout(() => take(window.sanghoClaim));
