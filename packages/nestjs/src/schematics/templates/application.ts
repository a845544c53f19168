import type { Rule } from '@angular-devkit/schematics';
import { addCatga } from '../nest-add/nest-add.js';
import type { TemplateOptions } from './options.js';
import { newProject } from './project-files.js';

/** New application of one process, like `nest new` with `nest add @catga/nestjs`, and health routes. */
export const application =
  ({ name, engine = 'memory' }: TemplateOptions): Rule =>
  (tree) => {
    const project = newProject(tree, name, { start: 'node dist/main.js' }, readme(name, engine));
    project.addSource('main.ts', main);
    project.addSource('app.module.ts', appModule);
    addCatga(project, { engine, health: true });
  };

const appModule = `import { Module } from '@nestjs/common';

@Module({
  imports: [],
  controllers: [],
  providers: [],
})
export class AppModule {}
`;

const main = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
`;

const readme = (name: string, engine: string): string => `# ${name}

\`\`\`sh
npm install
npm test
${engine === 'memory' ? '' : 'docker compose up -d\n'}npm run build && npm start
curl localhost:3000/orders -H 'content-type: application/json' -d '{ "sku": "tea" }'
curl localhost:3000/health/ready
\`\`\`

\`npx nest g -c @catga/nestjs request|query|event|behavior|saga|projection NAME\` adds a message with its handler and test.
`;
