import type { NodeAddress } from '../ports/links.js';

/** Nodes that went without a goodbye leave theirs behind, so that there is a most. */
const MOST_ROUTES = 4096;

/** What an engine needs to send to a node, made once for each address. */
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
