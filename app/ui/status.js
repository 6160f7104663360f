// The line under the head; where loading has failed, its button begins it anew. What is indexed may change meanwhile:
// then the server is asked what there is to choose from and to search now.
element.addEventListener("click", (event) => {
  if (event.target.closest("button")) trigger("click", {});
});
addEventListener("sangho-added", () => trigger("click", {}));
addEventListener("sangho-originals", (event) => {
  if (!event.detail.running) trigger("click", {});
});
