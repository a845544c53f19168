import type { Names } from '../names.js';
import { generator } from './generate.js';
import type { Specifier } from './generate.js';

/** `behavior`: middleware around handlers, and its test. */
export const behavior = generator('behavior', (names, at) => ({
  files: [{ role: '.behavior', content: source(names) }],
  spec: { role: '.behavior', content: spec(names, at) },
  provider: `${names.type}Behavior`,
  role: '.behavior',
  note: `Name ${names.type}Behavior in behaviors of CatgaModule.forRoot, or of @Message.`,
}));

const source = ({ type }: Names): string => `import { Injectable, Logger } from '@nestjs/common';
import type { Behavior, Envelope, MessageContext, Next } from '@catga/nestjs';

/** Wraps handlers, for all messages of the application or those whose \`@Message\` names it. */
@Injectable()
export class ${type}Behavior implements Behavior {
  private readonly logger = new Logger(${type}Behavior.name);

  async handle(envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    this.logger.log(\`\${envelope.name} begins\`);
    try {
      return await next();
    } finally {
      this.logger.log(\`\${envelope.name} ends\`);
    }
  }
}
`;

const spec = ({ type }: Names, at: Specifier): string => `import { Test } from '@nestjs/testing';
import { CatgaMediator, Command, RequestHandler } from '@catga/nestjs';
import { CatgaTestingModule } from '@catga/testing';
import { ${type}Behavior } from '${at('.behavior')}';

class Ping extends Command<string> {}

@RequestHandler(Ping)
class PingHandler {
  handle(_command: Ping): string {
    return 'pong';
  }
}

describe('${type}Behavior', () => {
  it('leaves the result as it is', async () => {
    const module = await Test.createTestingModule({
      imports: [CatgaTestingModule.forRoot({ behaviors: [${type}Behavior] })],
      providers: [PingHandler],
    }).compile();
    await module.init();

    expect(await module.get(CatgaMediator).send(new Ping())).toBe('pong');
    await module.close();
  });
});
`;
