/** Small helpers over the DOM. Text always goes in as text: nothing here ever parses HTML. */

type Attributes = Record<string, string | number | boolean | undefined>;

/** Makes an element; strings among the children become text nodes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children);
  return element;
}

export function find<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

export function all<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

export function setText(element: Element | null, text: string): void {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

/** Tells people who listen to the page. */
export function announce(text: string): void {
  const announcer = find("[data-announcer]");
  if (announcer) {
    announcer.textContent = text;
  }
}

let toastTimer = 0;

/** A short message in the corner, read out too. */
export function toast(text: string): void {
  find(".toast")?.remove();
  document.body.append(make("div", { class: "toast", role: "status" }, text));
  window.clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => find(".toast")?.remove(), 5000);
}
