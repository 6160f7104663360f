// The example questions; a click asks one.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-example]");
  if (button) trigger("click", { example: Number(button.dataset.example) });
});
