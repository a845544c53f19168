import type { Names } from '../names.js';
import { generator } from './generate.js';
import type { Specifier } from './generate.js';

/** `event`: a reliable event, a handler and the handler's test. */
export const event = generator('event', (names, at) => ({
  files: [
    { role: '', content: message(names) },
    { role: '.handler', content: handler(names, at) },
  ],
  spec: { role: '.handler', content: spec(names, at) },
  provider: `${names.type}Handler`,
  role: '.handler',
}));

const message = ({ type, wire }: Names): string => `import { Message, ReliableEvent } from '@catga/nestjs';

/** Stored, and redelivered to each handler until it succeeds. */
@ReliableEvent()
@Message({ name: '${wire}' })
export class ${type} {
  constructor(readonly id: string) {}
}
`;

const handler = ({ type }: Names, at: Specifier): string => `import { Logger } from '@nestjs/common';
import { EventHandler } from '@catga/nestjs';
import type { IEventHandler, MessageContext } from '@catga/nestjs';
import { ${type} } from '${at('')}';

@EventHandler(${type})
export class ${type}Handler implements IEventHandler<${type}> {
  private readonly logger = new Logger(${type}Handler.name);

  /** Called again after a failure. \`context.effectKey\` is the same each time. */
  async handle({ id }: ${type}, context: MessageContext): Promise<void> {
    this.logger.log(\`\${id}, attempt \${context.attempt}\`);
  }
}
`;

const spec = ({ type }: Names, at: Specifier): string => `import { Test } from '@nestjs/testing';
import { CatgaMediator } from '@catga/nestjs';
import { CatgaTesting, CatgaTestingModule } from '@catga/testing';
import { ${type}Handler } from '${at('.handler')}';
import { ${type} } from '${at('')}';

describe('${type}Handler', () => {
  it('handles the event', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot()],
      providers: [${type}Handler],
    }).compile();
    await module.init();
    const testing = module.get(CatgaTesting);

    await module.get(CatgaMediator).publish(new ${type}('1'));
    await testing.settled();

    expect(testing.failures).toEqual([]);
    await module.close();
  });
});
`;
