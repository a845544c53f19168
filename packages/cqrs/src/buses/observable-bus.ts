import { Observable, Subject } from 'rxjs';

/**
 * Bus that is also the observable stream of its messages.
 *
 * @publicApi
 */
export class ObservableBus<T> extends Observable<T> {
  protected _subject$ = new Subject<T>();

  constructor() {
    super();
    this.source = this._subject$;
  }

  /** Subject of the stream. */
  get subject$(): Subject<T> {
    return this._subject$;
  }
}
