// The source panel. It takes the focus when something is opened in it and gives it back when it is closed; on a
// narrow screen it covers the conversation while it is open.
const frame = element.closest("#sg-panel, #sg-check-panel");

function close() {
  document.body.classList.remove("sg-source-open");
  for (const open of document.querySelectorAll("[aria-current]")) open.removeAttribute("aria-current");
  trigger("click", { close: true });
  if (window.sanghoOpener) window.sanghoOpener.focus();
}

// Beside the answer the panel begins below the head of the page until that has scrolled away; it ends with the window.
function fit() {
  const beside = getComputedStyle(frame).position === "sticky";
  frame.style.maxHeight = beside ? `${innerHeight - Math.max(frame.getBoundingClientRect().top, 0)}px` : "";
}

// Scrolls the panel alone: the answer stays where it is.
function centre(mark) {
  const box = frame.getBoundingClientRect();
  const at = mark.getBoundingClientRect();
  frame.scrollTop += at.top - box.top - Math.max(0, frame.clientHeight - at.height) / 2;
}

watch("value", () => {
  const panel = element.querySelector(".sg-source:not(.sg-empty)");
  if (!panel) return document.body.classList.remove("sg-source-open");
  document.body.classList.add("sg-source-open");
  panel.focus({ preventScroll: true });
  fit();
  frame.scrollTop = 0;
  const mark = panel.querySelector("mark");
  if (mark) centre(mark);
});

element.addEventListener("click", (event) => {
  const to = event.target.closest("[data-read]");
  if (to && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    document.body.classList.remove("sg-source-open");
    const view = { view: "read", doc: to.dataset.read, p: to.dataset.p };
    history.pushState(view, "", to.getAttribute("href")); // where the tab's script looks when it is opened first
    for (const tab of document.querySelectorAll("#sg-tabs button[role=tab]")) if (tab.textContent.trim() === "Sources") tab.click();
    dispatchEvent(new CustomEvent("sangho-read", { detail: view })); // and for when it is open already
  }
  if (event.target.closest(".sg-close")) close();
});
addEventListener("scroll", fit, { passive: true });
addEventListener("resize", fit);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && element.checkVisibility() && document.body.classList.contains("sg-source-open")) close();
});
