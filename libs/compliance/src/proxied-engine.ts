import type { Engine, EngineClient, EngineConnection } from '@catga/core/engine';

/** Wrapper of an engine that replaces some ports of its connections. */
export abstract class ProxiedEngine implements Engine {
  readonly name: string;
  readonly capabilities: Engine['capabilities'];

  constructor(private readonly engine: Engine) {
    this.name = engine.name;
    this.capabilities = engine.capabilities;
  }

  async connect(client: EngineClient): Promise<EngineConnection> {
    const connection = await this.engine.connect(client);
    const ports = this.portsOf(connection);
    return new Proxy(connection, {
      get: (target, property) => {
        if (property in ports) return ports[property as keyof typeof ports];
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /** Ports to replace. */
  protected abstract portsOf(connection: EngineConnection): Partial<EngineConnection>;
}
