import { generator } from './generate.js';
import type { Generated, Specifier } from './generate.js';
import type { Names } from '../names.js';

/** `request`: a command, its handler and the handler's test. */
export const request = generator('handler', (names, at) => generated('Command', names, at));

/** `query`: the same for a query. */
export const query = generator('handler', (names, at) => generated('Query', names, at));

const generated = (base: 'Command' | 'Query', names: Names, at: Specifier): Generated => ({
  files: [
    { role: '', content: message(base, names) },
    { role: '.handler', content: handler(names, at) },
  ],
  spec: { role: '.handler', content: spec(names, at) },
  provider: `${names.type}Handler`,
  role: '.handler',
});

const message = (
  base: string,
  { type, wire }: Names,
): string => `import { ${base}, Message } from '@catga/nestjs';

export interface ${type}Result {
  readonly id: string;
}

@Message({ name: '${wire}' })
export class ${type} extends ${base}<${type}Result> {
  constructor(readonly id: string) {
    super();
  }
}
`;

const handler = ({ type }: Names, at: Specifier): string => `import { RequestHandler } from '@catga/nestjs';
import type { IRequestHandler } from '@catga/nestjs';
import { ${type} } from '${at('')}';
import type { ${type}Result } from '${at('')}';

@RequestHandler(${type})
export class ${type}Handler implements IRequestHandler<${type}> {
  async handle({ id }: ${type}): Promise<${type}Result> {
    return { id };
  }
}
`;

const spec = ({ type }: Names, at: Specifier): string => `import { Test } from '@nestjs/testing';
import { CatgaMediator } from '@catga/nestjs';
import { CatgaTestingModule } from '@catga/testing';
import { ${type}Handler } from '${at('.handler')}';
import { ${type} } from '${at('')}';

describe('${type}Handler', () => {
  it('replies', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [${type}Handler],
    }).compile();
    await module.init();

    expect(await module.get(CatgaMediator).send(new ${type}('1'))).toEqual({ id: '1' });
    await module.close();
  });
});
`;
