import type { Rule } from '@angular-devkit/schematics';
import { composeFile } from '../nest-add/compose-file.js';
import { catgaRange } from '../nest-project.js';
import { clusterSources } from './cluster-sources.js';
import type { TemplateOptions } from './options.js';
import { newProject } from './project-files.js';

const services = ['gateway', 'orders', 'stock'];

/** New application: a gateway and two services, each in its own process, on a broker. */
export const cluster =
  ({ name, engine = 'nats' }: TemplateOptions): Rule =>
  (tree) => {
    if (engine === 'memory') throw new Error('A cluster needs a broker: --engine nats or redis.');
    const scripts = Object.fromEntries(
      services.map((service) => [`start:${service}`, `node dist/${service}/main.js`]),
    );
    const project = newProject(tree, name, scripts, readme(name));
    project.depend({ '@catga/nestjs': catgaRange, [`@catga/${engine}`]: catgaRange });
    project.addFile('docker-compose.yml', composeFile({ engine }) ?? '');
    for (const [file, content] of Object.entries(clusterSources(engine))) project.addSource(file, content);
  };

const readme = (name: string): string => `# ${name}

A gateway that serves HTTP and has no handler, and two services, \`orders\` and \`stock\`. Messages are in \`src/contracts.ts\`.

\`\`\`sh
npm install
npm test                 # all three in one process, on an in-memory network
docker compose up -d     # the broker
npm run build
npm run start:stock      # each in its own terminal
npm run start:orders     # start it twice for two replicas
npm run start:gateway
curl localhost:3000/orders -H 'content-type: application/json' -d '{ "sku": "tea" }'
\`\`\`
`;
