import type { Subject } from 'rxjs';

/** Puts what is published into the stream of a bus. */
export class SubjectPublisher<T> {
  constructor(private readonly subject: Subject<T>) {}

  publish(message: T): void {
    this.subject.next(message);
  }
}
