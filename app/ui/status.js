// The line under the head; where loading has failed, its button begins it anew, and so do files that were added.
element.addEventListener("click", (event) => {
  if (event.target.closest("button")) trigger("click", {});
});
addEventListener("sangho-added", () => {
  if (element.querySelector("button")) trigger("click", {});
});
