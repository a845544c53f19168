import { CatgaNode, Message, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { PgBouncer, PostgresServer } from '@catga/servers';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { pg } from '../adapters/pg.js';
import type { PgOptions } from '../adapters/pg.js';
import type { SqlDatabase } from '../database/sql-database.js';

@ReliableEvent()
@Message({ name: 'shop.placed.v1', key: 'orderId' })
export class Placed {
  constructor(
    readonly orderId: string,
    readonly step: number,
  ) {}
}

/** A schema of its own on the server, and a database on a pool. */
export interface SqlLab {
  readonly pool: Pool;
  readonly database: SqlDatabase<PoolClient>;
  /** Another pool on the same schema. */
  another(): SqlLab;
}

/** Waits in real time. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`Not within ${withinMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A PostgreSQL server for the tests of a file, and what runs on it in one test. */
export class SqlLabs {
  private server: PostgresServer | undefined;
  private readonly pools: Pool[] = [];
  private readonly nodes: CatgaNode[] = [];
  private lastSchema = 0;

  private bouncer: PgBouncer | undefined;

  /** @param poolSize connections of a PgBouncer between the pools and the server; none without it */
  constructor({ isDurable = false, poolSize }: { isDurable?: boolean; poolSize?: number } = {}) {
    beforeAll(async () => {
      this.server = await PostgresServer.spawn({ isDurable });
      if (poolSize !== undefined) this.bouncer = await PgBouncer.to(this.server.port, poolSize);
    });
    afterEach(async () => {
      await Promise.all(this.nodes.splice(0).map((node) => node.stop()));
      await Promise.all(this.pools.splice(0).map((pool) => pool.end()));
    });
    afterAll(async () => {
      await this.bouncer?.stop();
      await this.server?.stop();
    });
  }

  get postgres(): PostgresServer {
    if (this.server === undefined) throw new Error('Not started.');
    return this.server;
  }

  /** An empty schema, or database behind a PgBouncer, which lets no settings of a session pass. */
  async create(max = 10, options: PgOptions = {}): Promise<SqlLab> {
    const name = `lab_${++this.lastSchema}`;
    const { bouncer } = this;
    if (bouncer !== undefined) await this.on(undefined, 1).pool.query(`CREATE DATABASE ${name}`);
    const lab =
      bouncer === undefined ? this.on(name, max, 'postgres', options) : this.through(bouncer, name, max);
    if (bouncer === undefined) await lab.pool.query(`CREATE SCHEMA ${name}`);
    await lab.pool.query('CREATE TABLE orders (id text PRIMARY KEY, steps int NOT NULL DEFAULT 0)');
    return lab;
  }

  /** A node that is stopped after the test. */
  async start(options: CatgaOptions, build: (node: CatgaNode) => CatgaNode = (it) => it): Promise<CatgaNode> {
    const node = build(new CatgaNode(options));
    await node.init();
    this.nodes.push(node);
    await node.start();
    return node;
  }

  /** The server as another role sees it. */
  as(user: string): SqlLab {
    return this.on(undefined, 2, user);
  }

  private through(bouncer: PgBouncer, name: string, max: number): SqlLab {
    const pool = this.keep(new Pool({ connectionString: bouncer.url.replace(/postgres$/, name), max }));
    return { pool, database: pg(pool), another: () => this.through(bouncer, name, max) };
  }

  private on(schema: string | undefined, max: number, user = 'postgres', options: PgOptions = {}): SqlLab {
    const pool = this.keep(
      new Pool({
        connectionString: this.postgres.url.replace('postgres@', `${user}@`),
        ...(schema !== undefined && { options: `-c search_path=${schema}` }),
        max,
        connectionTimeoutMillis: 5_000,
      }),
    );
    return { pool, database: pg(pool, options), another: () => this.on(schema, max, user, options) };
  }

  private keep(pool: Pool): Pool {
    pool.on('error', () => {}); // an idle connection was lost
    this.pools.push(pool);
    return pool;
  }
}
