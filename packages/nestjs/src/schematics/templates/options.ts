/** Options of the templates. */
export interface TemplateOptions {
  /** Name of the application and its folder. */
  readonly name: string;
  /** @defaultValue `'memory'` of one process, `'nats'` of a cluster */
  readonly engine?: 'memory' | 'nats' | 'redis';
}
