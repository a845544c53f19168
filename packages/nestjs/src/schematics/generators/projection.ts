import type { Names } from '../names.js';
import { generator } from './generate.js';
import type { Specifier } from './generate.js';

/** `projection`: a read model of the events of all streams, and its test. */
export const projection = generator('projection', (names, at) => ({
  files: [{ role: '.projection', content: source(names) }],
  spec: { role: '.projection', content: spec(names, at) },
  provider: `${names.type}Projection`,
  role: '.projection',
  needs: { package: '@catga/event-sourcing', module: 'CatgaEventSourcingModule' },
}));

const source = ({ type, file, wire }: Names): string => {
  const name = wire.replace(/\.v1$/, '');
  return `import { Message, ReliableEvent } from '@catga/nestjs';
import { On, Projection } from '@catga/event-sourcing';
import type { ProjectionContext } from '@catga/event-sourcing';

/** Replace it by an event of your streams. */
@ReliableEvent()
@Message({ name: '${name}-changed.v1' })
export class ${type}Changed {
  constructor(readonly amount: number) {}
}

/** To rebuild it from all events, raise the version and write to another place. */
@Projection({ name: '${file}', version: 1 })
export class ${type}Projection {
  /** With \`sqlEventStore\` write to a table by \`tx\` instead: it commits with the progress. */
  readonly amounts = new Map<string, number>();

  @On(${type}Changed)
  changed({ amount }: ${type}Changed, { id }: ProjectionContext): void {
    this.amounts.set(id, (this.amounts.get(id) ?? 0) + amount);
  }
}
`;
};

const spec = (
  { type }: Names,
  at: Specifier,
): string => `import type { ProjectionContext } from '@catga/event-sourcing';
import { ${type}Changed, ${type}Projection } from '${at('.projection')}';

describe('${type}Projection', () => {
  it('adds up', () => {
    const projection = new ${type}Projection();
    const context = { id: 'a' } as ProjectionContext;
    projection.changed(new ${type}Changed(1), context);
    projection.changed(new ${type}Changed(2), context);

    expect(projection.amounts.get('a')).toBe(3);
  });
});
`;
