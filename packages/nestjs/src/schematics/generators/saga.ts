import type { Names } from '../names.js';
import { generator } from './generate.js';
import type { Specifier } from './generate.js';

/** `saga`: a long process, the events that start and end it, and its test. */
export const saga = generator('saga', (names, at) => ({
  files: [{ role: '.saga', content: source(names) }],
  spec: { role: '.saga', content: spec(names, at) },
  provider: `${names.type}Saga`,
  role: '.saga',
  needs: { package: '@catga/sagas', module: 'CatgaSagasModule' },
}));

const source = ({ type, wire }: Names): string => {
  const name = wire.replace(/\.v1$/, '');
  return `import { Message, ReliableEvent } from '@catga/nestjs';
import { On, OnTimeout, Saga, StartedBy, minutes } from '@catga/sagas';
import type { SagaContext } from '@catga/sagas';

@ReliableEvent()
@Message({ name: '${name}-started.v1' })
export class ${type}Started {
  constructor(readonly id: string) {}
}

@ReliableEvent()
@Message({ name: '${name}-finished.v1' })
export class ${type}Finished {
  constructor(readonly id: string) {}
}

export interface ${type}State {
  readonly id: string;
}

/** Each input calls one method; the state and what the method sends are stored together. */
@Saga({ name: '${name}' })
export class ${type}Saga {
  @StartedBy(${type}Started, (event) => event.id)
  start({ id }: ${type}Started, saga: SagaContext<${type}State>): void {
    saga.state = { id };
    saga.timeout('finished', minutes(15));
  }

  @On(${type}Finished, (event) => event.id)
  finish(_event: ${type}Finished, saga: SagaContext<${type}State>): void {
    saga.complete();
  }

  @OnTimeout('finished')
  late(saga: SagaContext<${type}State>): void {
    saga.compensate('not finished in time');
  }
}
`;
};

const spec = ({ type }: Names, at: Specifier): string => `import { minutes } from '@catga/sagas';
import { later, sagaTest } from '@catga/testing/sagas';
import { ${type}Finished, ${type}Saga, ${type}Started } from '${at('.saga')}';

describe('${type}Saga', () => {
  const started = new ${type}Started('1');

  it('completes', async () => {
    await sagaTest(${type}Saga)
      .given(started)
      .when(new ${type}Finished('1'))
      .thenStatus('completed');
  });

  it('is compensated when time is up', async () => {
    await sagaTest(${type}Saga)
      .given(started)
      .when(later(minutes(15)))
      .thenStatus('compensated', 'not finished in time');
  });
});
`;
