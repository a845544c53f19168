import type { NodeAddress } from '../ports/links.js';

/** Limit, because routes of nodes that left without a goodbye remain. */
const MOST_ROUTES = 4096;

/** Cache of an engine's routes, by address. */
export class NodeRoutes<R> {
  private readonly routes = new Map<string, R>();

  constructor(private readonly make: (address: NodeAddress) => R) {}

  to(address: NodeAddress): R {
    const key = keyOf(address);
    let route = this.routes.get(key);
    if (route === undefined) {
      if (this.routes.size >= MOST_ROUTES) this.routes.clear();
      route = this.make(address);
      this.routes.set(key, route);
    }
    return route;
  }

  forget(address: NodeAddress): void {
    this.routes.delete(keyOf(address));
  }
}

function keyOf({ nodeId, incarnation }: NodeAddress): string {
  return `${nodeId} ${incarnation}`;
}
