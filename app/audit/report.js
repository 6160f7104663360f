// Without this the report works too: it marks the sentence whose note is open, and closes the note with Escape.
(() => {
  const sentence = () => document.getElementById(location.hash.replace(/^#n/, "s"));
  const mark = () => {
    document.querySelectorAll(".s[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    if (/^#n\d+$/.test(location.hash)) sentence()?.setAttribute("aria-current", "true");
  };
  addEventListener("hashchange", mark);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !/^#n\d+$/.test(location.hash)) return;
    const from = sentence();
    location.hash = location.hash.replace("#n", "#s");
    from?.focus({ preventScroll: true });
  });
  mark();
})();
