import type { INestApplicationContext, LogLevel } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';

/** What a process tells the conductor once it is a node of the cluster. */
export interface ReadyMessage {
  /** Which start of the node this is. */
  readonly incarnation: number;
}

/** Says so. */
export function reportReady(app: INestApplicationContext): void {
  const { incarnation } = app.get(CatgaMediator).self;
  process.send?.({ incarnation } satisfies ReadyMessage);
}

/** A conductor reads warnings; who starts a process by hand wants to see that it is up. */
export const LOG_LEVELS: LogLevel[] =
  process.send === undefined ? ['log', 'warn', 'error', 'fatal'] : ['warn', 'error', 'fatal'];

/** Ends the process with the conductor, however that ended. */
export function endWithConductor(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
