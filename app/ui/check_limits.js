// What the evidence is limited to: boxes and a list, and a chip for each choice, which is what counts.
const chips = () => element.querySelector(".sg-chips");

function boxOf(value) {
  return [...element.querySelectorAll("input[type=checkbox]")].find((box) => box.value === value);
}

function has(kind, value) {
  return [...chips().children].some((chip) => chip.dataset.limit === kind && chip.dataset.value === value);
}

function add(kind, value, name) {
  if (!value || has(kind, value)) return;
  const chip = document.createElement("li");
  const words = Object.assign(document.createElement("span"), { dir: "auto", textContent: name });
  const off = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  off.setAttribute("aria-label", `No longer limit the evidence to ${name}`);
  Object.assign(chip.dataset, { limit: kind, value });
  if (/[가-힣]/.test(name)) words.lang = "ko";
  chip.append(words, off);
  chips().append(chip);
  chips().hidden = false;
}

function remove(chip) {
  const box = chip.dataset.limit === "types" && boxOf(chip.dataset.value);
  if (box) box.checked = false;
  const next = chip.nextElementSibling ?? chip.previousElementSibling;
  const held = chip.contains(document.activeElement);
  chip.remove();
  chips().hidden = !chips().children.length;
  if (held) (next?.querySelector("button") ?? element.querySelector("summary")).focus();
}

element.addEventListener("change", (event) => {
  const box = event.target;
  if (box.type !== "checkbox") return;
  if (box.checked) add("types", box.value, box.dataset.name);
  else [...chips().children].filter((chip) => chip.dataset.limit === "types" && chip.dataset.value === box.value).forEach(remove);
});
element.addEventListener("click", (event) => {
  const off = event.target.closest(".sg-chips button");
  if (off) return remove(off.parentElement);
  if (!event.target.closest("[data-add]")) return;
  const option = element.querySelector("select").selectedOptions[0];
  if (option) add("docs", option.value, option.textContent);
});
