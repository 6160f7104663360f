// What `test_window_access.py` asks of each view, run inside the page. Every check returns what is wrong, in words.

const seen = (one) =>
  one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
  !above(one, (style, at) => style.clipPath === "inset(50%)" || at.matches(".visually-hidden, [inert]"));
const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
const called = (one) => `${one.localName}.${one.className.baseVal ?? one.className}: ${(one.textContent || one.placeholder || one.id).trim().slice(0, 40)}`;
const above = (one, test) => {
  for (let at = one; at; at = at.parentElement) if (test(getComputedStyle(at), at)) return at;
};
const texts = () => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const of = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !of.closest("script, style, option") && seen(of)) found.push(walker.currentNode);
  }
  return found;
};

// Nothing wider than the window, nothing cut, nothing upon something else, nothing too small for a finger (WCAG 2.2,
// 1.4.10 and 2.5.8; links within a sentence may be small).
function layout() {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) faults.push(`the page is ${wide} wide`);
  const scrolls = (style) => ["auto", "scroll"].includes(style.overflowX);
  for (const one of all("button, a, input, select, textarea, summary, h1, h2, h3, p")) {
    const box = one.getBoundingClientRect();
    if ((box.left < 0 || box.right > innerWidth + 1) && !above(one, scrolls)) faults.push(`outside: ${called(one)}`);
  }
  const lines = texts().flatMap((node) => {
    const of = node.parentElement;
    const boxes = linesOf(node);
    if (boxes.some((box) => outside(box, clipOf(of)))) faults.push(`cut: ${called(of)}`);
    const layer = above(of, (style) => ["fixed", "sticky"].includes(style.position));
    return boxes.map((box) => ({ box, of, layer, node }));
  });
  lines.forEach((one, i) => {
    for (const other of lines.slice(i + 1)) {
      if (one.node === other.node || one.layer !== other.layer || !overlap(one.box, other.box)) continue;
      faults.push(`${called(one.of)} upon ${called(other.of)}`);
    }
  });
  for (const one of all("button, a, input, select, textarea, summary")) {
    if (one.localName === "a" && getComputedStyle(one).display === "inline") continue;
    const boxes = [one, ...(one.labels ?? []), one.closest("#sg-filters .wrap") ?? one].map((part) => part.getBoundingClientRect());
    if (!boxes.some((box) => box.width >= 24 && box.height >= 24)) faults.push(`small: ${called(one)}`);
  }
  return faults;
}
const linesOf = (node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].filter((box) => box.width > 1);
};
// A line that ends in an ellipsis is cut on purpose: the whole text stands elsewhere.
const clipOf = (one) => {
  const cuts = (style, at) => ["hidden", "clip"].includes(style.overflowX) && at !== document.body;
  const clip = above(one, cuts);
  const style = clip && getComputedStyle(clip);
  return clip && style.textOverflow !== "ellipsis" && style.webkitLineClamp === "none" ? clip.getBoundingClientRect() : null;
};
const outside = (box, frame) => frame && (box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 3);
const overlap = (one, other) =>
  Math.min(one.right, other.right) - Math.max(one.left, other.left) > 2 &&
  Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 6;

// Colours as [red, green, blue, opacity].
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (colour, opacity = 1) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, (a / 255) * opacity];
};
const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
const ground = (one) => {
  if (!one) return [255, 255, 255, 1];
  const own = rgba(getComputedStyle(one).backgroundColor);
  return own[3] === 1 ? own : over(own, ground(one.parentElement));
};
const faded = (one) => (one ? getComputedStyle(one).opacity * faded(one.parentElement) : 1);
const light = (colour) => {
  const parts = colour.slice(0, 3).map((part) => part / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (top, under) => {
  const [dark, bright] = [light(over(top, under)), light(under)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};

// WCAG 2.2, 1.4.3 for text, and 1.4.11 for what shows that something is a field or a button.
function contrast() {
  const faults = [];
  const check = (one, what, colour, under, least) => {
    const is = ratio([...colour.slice(0, 3), colour[3] * faded(one)], under);
    if (is < least) faults.push(`${is.toFixed(2)}, ${what}: ${called(one)}`);
  };
  for (const node of texts()) {
    const of = node.parentElement;
    const style = getComputedStyle(of);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (!of.closest(":disabled")) check(of, "text", rgba(of.closest("svg") ? style.fill : style.color), ground(of), large ? 3 : 4.5);
  }
  const edged = ({ borderBottomStyle: kind, borderBottomWidth: width, borderBottomColor: colour }) =>
    kind !== "none" && parseFloat(width) > 0 && rgba(colour)[3] > 0;
  for (const one of all("input, textarea, select, button, a.sg-copy")) {
    const [hint, sign] = ["::placeholder", "::after"].map((part) => getComputedStyle(one, part));
    if (one.placeholder) check(one, "placeholder", rgba(hint.color, hint.opacity), ground(one), 4.5);
    if (/^"[^"\s]/.test(sign.content)) check(one, "sign", rgba(sign.color, sign.opacity), ground(one), 3);
    const around = ground(one.parentElement);
    if (one.checked) check(one, "tick", ground(one), around, 3);
    const edge = one.matches("input, textarea, select") ? above(one, edged) : edged(getComputedStyle(one)) && one;
    if (edge) check(one, "edge", rgba(getComputedStyle(edge).borderBottomColor), around, 3);
    else if (!one.matches("button")) faults.push(`no edge: ${called(one)}`);
  }
  return faults;
}

// Beside names, of which Playwright tells: pictures, tables, status lines, and languages. What Gradio draws inside its
// own lists is left to it.
function aloud() {
  const faults = [];
  for (const one of all("svg, img")) {
    const named = one.alt || one.ariaLabel || (one.getAttribute("role") === "img" && one.querySelector("title"));
    if (!named && !one.closest("[aria-hidden=true]") && !one.matches(".dropdown-arrow")) faults.push(`picture: ${one.outerHTML.slice(0, 90)}`);
  }
  for (const one of all("table")) if (one.getAttribute("role") !== "table" || !one.querySelector("th[scope=col]")) faults.push(called(one));
  const tab = document.querySelector("[role=tab][aria-selected=true]").textContent.trim();
  const panel = [...document.querySelectorAll("[role=tabpanel]")].find((one) => one.checkVisibility());
  if (tab !== "Settings" && !panel.querySelector("[role=status], [role=alert], .sg-choose")) faults.push("no status line");
  if (document.documentElement.lang !== "en") faults.push("the page's language");
  for (const node of texts()) {
    const of = node.parentElement;
    if (/[가-힣]/.test(node.data) && of.closest("[lang]").lang !== "ko") faults.push(`Korean read as English: ${called(of)}`);
  }
  return faults;
}

// What has the focus: it is somewhere, is marked, and is not under something else (WCAG 2.2, 2.4.7 and 2.4.11).
function focus() {
  const one = document.activeElement;
  if (one === document.body) return ["the focus is nowhere"];
  if (one.tabIndex < 0) return []; // put there by the page; nobody moves to it
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  if (!outlined || ratio(rgba(style.outlineColor), ground(one.parentElement)) < 3) return [`not marked: ${called(one)}`];
  const [x, y] = [Math.max(box.left, 0) + Math.min(box.width, 24) / 2, Math.max(box.top, 0) + Math.min(box.height, 24) / 2];
  const hit = document.elementFromPoint(x, y);
  return one.contains(hit) || [...(one.labels ?? [])].some((label) => label.contains(hit)) ? [] : [`covered: ${called(one)}`];
}
