/** Elements of a page made from values; text is always text, never markup. */

type Child = Node | string | null | undefined | false;

interface Settings {
  readonly class?: string;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  readonly [attribute: string]: unknown;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K, settings: Settings = {}, ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(settings)) {
    if (key === 'on') {
      for (const [event, listener] of Object.entries(settings.on!)) made.addEventListener(event, listener);
    } else if (typeof value === 'boolean') made.toggleAttribute(key, value);
    else if (value !== undefined && value !== null) made.setAttribute(key, String(value));
  }
  for (const child of children) if (child) made.append(child);
  return made;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A file that the browser made, handed out. */
export function handOut(text: string, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
