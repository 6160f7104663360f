// The example questions; a click asks one. They come when the index is open.
watch("value", () => dispatchEvent(new CustomEvent("sangho-opened")));
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-example]");
  if (button) trigger("click", { example: Number(button.dataset.example) });
});
