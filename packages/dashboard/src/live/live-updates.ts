import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import type { MessageEvent, OnModuleDestroy } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { Observable, ReplaySubject, Subject, map, merge, takeUntil, throttleTime, timer } from 'rxjs';

/** Refresh interval of a page, in milliseconds. */
const EVERY_MS = 3_000;
/** Window that merges changes of nodes into one, in milliseconds. */
const NODES_MS = 250;
const MOST_LISTENERS = 200;

/** Notifies open pages when to read again: when nodes change, and every three seconds. */
@Injectable()
export class LiveUpdates implements OnModuleDestroy {
  private readonly changed = new Subject<void>();
  private readonly stopped = new ReplaySubject<void>(1);
  /** Set while pages are open. */
  private changes: AsyncIterator<unknown> | undefined;
  private listeners = 0;
  private isStopping = false;

  constructor(private readonly mediator: CatgaMediator) {}

  /** Whether the application is stopping. */
  get areStopped(): boolean {
    return this.isStopping;
  }

  /** Ends the streams. */
  onModuleDestroy(): void {
    this.isStopping = true;
    this.stopped.next();
    void this.changes?.return?.();
  }

  /** Event stream of a page. 503 when the application is stopping, or too many are open. */
  stream(): Observable<MessageEvent> {
    if (this.isStopping) throw new ServiceUnavailableException('The application is stopping.');
    if (this.listeners >= MOST_LISTENERS)
      throw new ServiceUnavailableException('Too many pages of the dashboard are open.');
    this.follow();
    const nodes = this.changed.pipe(throttleTime(NODES_MS, undefined, { leading: true, trailing: true }));
    return new Observable<MessageEvent>((listener) => {
      this.listeners++;
      listener.add(() => this.listeners--);
      return merge(timer(0, EVERY_MS), nodes)
        .pipe(
          map(() => ({ type: 'changed', data: '{}' })),
          takeUntil(this.stopped),
        )
        .subscribe(listener);
    });
  }

  private follow(): void {
    if (this.changes !== undefined) return;
    const changes = this.mediator.watchNodes()[Symbol.asyncIterator]();
    this.changes = changes;
    const each = async (): Promise<void> => {
      while ((await changes.next()).done !== true) this.changed.next();
    };
    // Ends with the node.
    void each().catch(() => {});
  }
}
