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

/** Sets the text of the element of `index.html` with an id. */
export function put(id: string, text: string): void {
  setText(byId(id), text);
}

/** Gives an element a color of `tokens.css`, as `--color`: the page's security policy blocks `style` attributes but allows this. */
export function colored(made: HTMLElement, token: string): HTMLElement {
  made.style.setProperty('--color', `var(--${token})`);
  return made;
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

/** Makes an element hold other content. Elements that already match stay in place, so that focus, scroll position and selection survive. */
export function show(place: Element, ...children: readonly Child[]): void {
  follow(place, element('div', {}, ...children));
}

function follow(place: Node, wanted: Node): void {
  const children = [...wanted.childNodes];
  for (const [index, child] of children.entries()) {
    const known = place.childNodes[index];
    if (known === undefined) place.appendChild(child);
    else if (known.isEqualNode(child)) continue;
    // Alike but for what is within.
    else if (known.cloneNode().isEqualNode(child.cloneNode())) follow(known, child);
    else place.replaceChild(child, known);
  }
  while (place.childNodes.length > children.length) place.lastChild?.remove();
}

type Cells = readonly Child[];

/** The content of a table. The first cell of a row is its header; `sums` is the row at the foot. */
export function tableOf(head: Cells, rows: readonly Cells[], sums?: Cells): HTMLElement[] {
  const row = ([header = '', ...cells]: Cells): HTMLElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, header),
      ...cells.map((cell) => element('td', {}, cell)),
    );
  const names = head.map((name) => element('th', { scope: 'col' }, name));
  return [
    element('thead', {}, element('tr', {}, ...names)),
    element('tbody', {}, ...rows.map(row)),
    ...(sums === undefined ? [] : [element('tfoot', {}, row(sums))]),
  ];
}

/** Figures by name, a line each; `judged` ones say how they lie to a limit. */
export function factList(
  kind: 'facts' | 'facts judged',
  facts: readonly (readonly [name: string, figure: HTMLElement])[],
): HTMLElement {
  const lines = facts.map(([name, figure]) => element('div', {}, element('dt', {}, name), figure));
  return element('dl', { class: kind }, ...lines);
}

/** A remark. */
export function note(...children: readonly Child[]): HTMLElement {
  return element('p', { class: 'note' }, ...children);
}

/** Whether the pointer or the keyboard's focus is on a part of the page, which then has to stand still. */
export function isRead(part: HTMLElement): boolean {
  if (part.matches(':focus-within')) return true;
  // Where a finger was lifted, the place counts as hovered over until the finger touches another.
  return matchMedia('(hover: hover)').matches && part.matches(':hover');
}
