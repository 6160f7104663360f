// The form of the Evaluate tab. A file goes to the window's own route first; the run is then asked for by its token.
const form = element.querySelector("form");
const input = form.querySelector("input[type=file]");
const said = form.querySelector(".sg-form-said");
const named = form.querySelector(".sg-eval-file");
let token = "";
let busy = false;

async function send(file) {
  if (busy || !file) return;
  if (!file.name.toLowerCase().endsWith(".csv")) return void (named.textContent = `${file.name} is no CSV.`);
  if (file.size > Number(input.dataset.largest)) {
    named.textContent = `${file.name} is over the limit of ${input.dataset.largest / 1e6} MB.`;
    return;
  }
  busy = true;
  token = "";
  named.textContent = `Reading ${file.name}…`;
  try {
    const answer = await fetch(`/checking/claims/${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error([told.error, told.remedy].filter(Boolean).join(" ") || `Error ${answer.status}.`);
    token = told.file;
    named.textContent = file.name;
  } catch (error) {
    named.textContent = error instanceof TypeError ? "The connection was lost. Choose the file again." : error.message;
  } finally {
    busy = false;
  }
}

// Which parts of the form are for what is chosen.
function suit() {
  form.dataset.data = form.elements.data.value;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return void (said.textContent = "The file is still being read.");
  said.textContent = "";
  const tasks = [...form.querySelectorAll("[name=tasks]:checked")].map((box) => box.value);
  const { data, every, tried } = form.elements;
  trigger("run", { data: data.value, every: every.value, tried: tried.value, tasks, file: data.value === "own" ? token : "" });
});
form.addEventListener("change", (event) => {
  if (event.target !== input) return suit();
  send(input.files[0]);
  input.value = "";
});
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick]")) input.click();
});
form.addEventListener("dragover", (event) => {
  if (form.dataset.data === "own" && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
form.addEventListener("drop", (event) => {
  if (form.dataset.data !== "own" || !event.dataTransfer.files.length) return;
  event.preventDefault();
  send(event.dataTransfer.files[0]);
});
suit();
