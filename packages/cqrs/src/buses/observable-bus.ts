import { Observable, Subject } from 'rxjs';

/**
 * A bus that is also the stream of what goes over it.
 *
 * @publicApi
 */
export class ObservableBus<T> extends Observable<T> {
  protected _subject$ = new Subject<T>();

  constructor() {
    super();
    this.source = this._subject$;
  }

  /** What is put here is in the stream. */
  get subject$(): Subject<T> {
    return this._subject$;
  }
}
