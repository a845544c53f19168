import { HandlerSource } from '@catga/nestjs';
import type { CatgaNode, ExploredProvider } from '@catga/nestjs';
import type { BridgeHost } from './bridge-host.js';

/** Registers the forwarding handlers of a bridge. */
export class BridgeSource extends HandlerSource {
  readonly decorator = 'CatgaBridgeModule';

  constructor(private readonly host: BridgeHost) {
    super();
  }

  register(_providers: readonly ExploredProvider[], node: CatgaNode): readonly string[] {
    this.host.register(node);
    return [];
  }
}
