// The filters in force; a click on a chip's button takes it off.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filter]");
  if (button) trigger("click", { filter: button.dataset.filter, value: button.dataset.value });
});
