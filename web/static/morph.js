// Makes one piece of a page like another with the least change: what a reader has open, typed or focused stays.

const KEPT_ATTRIBUTES = { DETAILS: ["open"], DIALOG: ["open"], HTML: ["class"] };

function sameThing(a, b) {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
}

function syncAttributes(from, to) {
  const kept = KEPT_ATTRIBUTES[from.nodeName] ?? [];
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !kept.includes(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !kept.includes(name)) from.setAttribute(name, value);
  }
}

/** Change the element `from` into `to`; elements with `data-keep` stay as they are while their `action` is the same. */
export function morph(from, to) {
  if ("keep" in from.dataset && from.getAttribute("action") === to.getAttribute("action")) return;
  if ("keep" in from.dataset) {
    from.replaceWith(to);
    return;
  }
  syncAttributes(from, to);
  if (from.isEqualNode(to)) return;
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const named = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  let place = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    let match = wanted.id ? named.get(wanted.id) : place;
    if (!match || !sameThing(match, wanted)) match = null;
    if (!match) {
      from.insertBefore(wanted, place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else from.insertBefore(match, place);
    if (match.nodeType !== Node.ELEMENT_NODE) {
      if (match.nodeValue !== wanted.nodeValue) match.nodeValue = wanted.nodeValue;
    } else if (match.nodeName !== "svg" || !match.isEqualNode(wanted)) {
      match instanceof HTMLElement ? morph(match, wanted) : match.replaceWith(wanted);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
