import { createContext, runInContext } from 'node:vm';

/** As much of a node of a document as Preact writes to. */
class DocumentNode {
  parentNode: DocumentNode | null = null;
  readonly childNodes: DocumentNode[] = [];
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml';
  readonly style = {};
  readonly dataset: Record<string, string> = {};

  constructor(
    readonly nodeType: 1 | 3,
    readonly localName: string | null,
    public data = '',
  ) {}

  get firstChild(): DocumentNode | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): DocumentNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get textContent(): string {
    return this.data + this.childNodes.map(({ textContent }) => textContent).join(' ');
  }

  insertBefore(child: DocumentNode, before: DocumentNode | null): DocumentNode {
    child.parentNode?.removeChild(child);
    const index = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(index, 0, child);
    child.parentNode = this;
    return child;
  }

  appendChild(child: DocumentNode): DocumentNode {
    return this.insertBefore(child, null);
  }

  removeChild(child: DocumentNode): DocumentNode {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  /** The first element of a name in it. */
  find(name: string): DocumentNode | undefined {
    if (this.localName === name) return this;
    for (const child of this.childNodes) {
      const found = child.find(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  setAttribute(): void {}
  removeAttribute(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
  focus(): void {}
}

/**
 * Runs the script of the page without a browser, on a document that can only be written and read. It shows whether the script runs,
 * and not what a browser makes of it.
 */
export class SmallBrowser {
  private readonly root = new DocumentNode(1, 'div');
  private readonly location = { hash: '' };
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly address: string) {}

  static async open(address: string): Promise<SmallBrowser> {
    const browser = new SmallBrowser(address);
    const html = await (await fetch(address)).text();
    const of = (pattern: RegExp): string => pattern.exec(html)?.[1] ?? '';
    const script = await (await fetch(new URL(of(/<script type="module" src="([^"]*)"/), address))).text();
    browser.run(script, of(/data-base="([^"]*)"/));
    return browser;
  }

  get text(): string {
    return this.root.textContent;
  }

  get heading(): string | undefined {
    return this.root.find('h1')?.textContent;
  }

  /** Follows a link of the page. */
  go(hash: string): void {
    this.location.hash = hash;
    for (const listener of this.listeners) listener();
  }

  private run(script: string, base: string): void {
    const { address, listeners, location, root } = this;
    const documentElement = new DocumentNode(1, 'html');
    documentElement.dataset['base'] = base;
    const never = { addEventListener() {}, removeEventListener() {} };
    const globals = {
      document: {
        documentElement,
        createElementNS: (_namespace: string, name: string) => new DocumentNode(1, name),
        createTextNode: (data: string) => new DocumentNode(3, null, data),
        getElementById: () => root,
        querySelector: () => null,
        ...never,
      },
      location,
      navigator: { language: 'en' },
      matchMedia: () => ({ matches: false, ...never }),
      addEventListener: (_name: 'hashchange', listener: () => void) => void listeners.add(listener),
      removeEventListener: (_name: 'hashchange', listener: () => void) => void listeners.delete(listener),
      EventSource: class {
        addEventListener(): void {}
      },
      fetch: (path: string, init: RequestInit) => fetch(new URL(path, address), init),
      AbortController,
      URLSearchParams,
      setTimeout,
      clearTimeout,
    };
    // A module may have exports, which a script has not.
    runInContext(script.replace(/export default ([^;]+);?\s*$/, '$1'), createContext(globals));
  }
}
