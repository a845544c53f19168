import type { Subject } from 'rxjs';

/** Publisher that emits messages into the stream of a bus. */
export class SubjectPublisher<T> {
  constructor(private readonly subject: Subject<T>) {}

  publish(message: T): void {
    this.subject.next(message);
  }
}
