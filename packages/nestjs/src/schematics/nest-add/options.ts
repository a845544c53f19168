/** Options of `nest add @catga/nestjs`; the schema of the same name describes them to the Nest CLI. */
export interface NestAddOptions {
  /** @defaultValue `'memory'` */
  readonly engine?: 'memory' | 'nats' | 'redis';
  /** Traces and metrics, with a controller for Prometheus. @defaultValue `false` */
  readonly telemetry?: boolean;
  /** Health routes with Terminus. @defaultValue `false` */
  readonly health?: boolean;
  /** A transactional outbox in PostgreSQL. @defaultValue `false` */
  readonly sql?: boolean;
  /** An example: a command, its handler, a controller and a test. @defaultValue `true` */
  readonly example?: boolean;
  /** Only write `package.json`. @defaultValue `false` */
  readonly skipInstall?: boolean;
  /** From the Nest CLI. @defaultValue `'src'` */
  readonly sourceRoot?: string;
}
