/** The page's few ways to touch the document. Text goes in as text: nothing here can make markup of it. */

/** The element of `index.html` with an id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

/** The element of `index.html` with an id, of a kind. */
export function byIdAs<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = byId(id);
  if (!(found instanceof kind)) throw new Error(`#${id} in index.html is no ${kind.name}`);
  return found;
}

type Child = Node | string;

/** Makes an element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets an element's text, touching the document only when it differs. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Text from outside, kept from turning the line's direction around. */
export function foreign(text: string): HTMLElement {
  return element('bdi', {}, text);
}

/** Lets the button that controls a part of the page show and hide it; `shown` is called when it has become visible. */
export function disclose(part: HTMLElement, shown: () => void): void {
  const button = document.querySelector(`button[aria-controls="${part.id}"]`);
  button?.addEventListener('click', () => {
    part.hidden = !part.hidden;
    button.setAttribute('aria-expanded', String(!part.hidden));
    if (!part.hidden) shown();
  });
}

/** A table's row of cells: the first is the row's header. */
export function bodyRow(header: Child, ...cells: readonly Child[]): HTMLTableRowElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, header),
    ...cells.map((cell) => element('td', {}, cell)),
  );
}

/** A table's head. */
export function tableHead(...names: readonly Child[]): HTMLTableSectionElement {
  const cells = names.map((name) => element('th', { scope: 'col' }, name));
  return element('thead', {}, element('tr', {}, ...cells));
}
