/**
 * The arrows of the architecture (docs/internals): packages point one way, and so do the folders of the kernel.
 * A package is seen through its built entry, so run the build first.
 */

/** Folders of the kernel by layer, lowest first. A layer may import itself and the layers before it. */
const kernelLayers = [
  ['contracts', 'errors'],
  ['ports'],
  ['pipeline', 'reliability', 'discovery', 'ids', 'wire', 'time', 'options', 'health', 'links', 'routing'],
  ['lanes'],
  ['engine-kit'],
  ['cluster'],
  ['handlers'],
  ['requests', 'events', 'queue', 'admin'],
  ['node'],
];
const kernel = 'packages/core/src';
const inFolders = (folders) => `^${kernel}/(${folders.join('|')})/`;

/** Only the options know the memory engine: it is the default of `engine`. */
const seesEngines = ['options'];

const kernelRules = kernelLayers.slice(0, -1).map((folders, layer) => ({
  name: `kernel-${folders[0]}-points-down`,
  comment: `${folders.join(', ')} may not import from a higher layer of the kernel.`,
  severity: 'error',
  from: { path: inFolders(folders), pathNot: '\\.(spec|fixture)\\.ts$' },
  to: { path: inFolders(kernelLayers.slice(layer + 1).flat()) },
}));

const brokerClients = 'node_modules/(@nats-io|nats|ioredis|redis|@redis|bullmq|kafkajs|amqplib)/';

/** What each workspace may import of ours, besides itself. */
const arrows = {
  'packages/core': [],
  'packages/nestjs': ['packages/core'],
  'packages/nats': ['packages/core'],
  'packages/redis': ['packages/core'],
  'packages/outbox-file': ['packages/core'],
  'packages/sql': ['packages/core'],
  'packages/telemetry': ['packages/core'],
  'packages/cli': [
    'packages/core',
    'packages/nats',
    'packages/redis',
    'packages/nestjs',
    'packages/dashboard',
  ],
  'packages/dashboard': ['packages/core', 'packages/nestjs'],
  'packages/cqrs': ['packages/core', 'packages/nestjs'],
  'packages/microservices': ['packages/core', 'packages/nestjs'],
  'packages/sagas': ['packages/core', 'packages/nestjs'],
  'packages/event-sourcing': ['packages/core', 'packages/nestjs', 'packages/sql'],
  'packages/testing': ['packages/core', 'packages/nestjs', 'packages/sagas', 'packages/event-sourcing'],
  'libs/compliance': ['packages/core', 'packages/testing'],
  'libs/contracts': ['packages/nestjs'],
  'libs/servers': [],
};

const packageRules = Object.entries(arrows).map(([from, allowed]) => ({
  name: `${from.replace('/', '-')}-arrows`,
  comment: `${from} may import of ours only: ${allowed.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: `^${from}/src/`, pathNot: '\\.(spec|fixture)\\.ts$' },
  to: { path: '^(packages|libs|apps)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...packageRules,
    ...kernelRules,
    {
      name: 'kernel-knows-no-engine',
      comment: 'The kernel speaks to ports; an engine is handed to it.',
      severity: 'error',
      from: {
        path: inFolders(kernelLayers.flat().filter((folder) => !seesEngines.includes(folder))),
        pathNot: '\\.(spec|fixture)\\.ts$',
      },
      to: { path: inFolders(['memory']) },
    },
    {
      name: 'engine-knows-no-node',
      comment: 'An engine implements ports and knows nothing of the node above it.',
      severity: 'error',
      from: { path: inFolders(['memory']), pathNot: '\\.(spec|fixture)\\.ts$' },
      to: { path: inFolders(['cluster', 'handlers', 'requests', 'events', 'queue', 'admin', 'node']) },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'The kernel has no framework, no RxJS and no broker client.',
      severity: 'error',
      from: { path: `^${kernel}/` },
      to: { path: `node_modules/(@nestjs|rxjs|reflect-metadata)/|${brokerClients}` },
    },
    {
      name: 'no-broker-client-outside-its-engine',
      comment: 'Broker clients belong to the engine packages.',
      severity: 'error',
      from: { path: '^(packages/(nestjs|testing)|libs)/' },
      to: { path: brokerClients },
    },
    {
      name: 'packages-by-their-door',
      comment: 'A workspace is imported by its package name, never by a path into its folders.',
      severity: 'error',
      from: { path: '^((?:packages|libs|apps)/[^/]+)/' },
      to: { path: '^(packages|libs|apps)/[^/]+/src/', pathNot: '^$1/' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Nothing that ships imports a test.',
      severity: 'error',
      from: { pathNot: '\\.(spec|fixture)\\.ts$' },
      to: { path: '\\.(spec|fixture)\\.ts$' },
    },
    {
      name: 'ships-only-what-it-declares',
      comment: 'Code that is published may not import a development dependency.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '\\.(spec|fixture)\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '^(packages|libs|apps)/[^/]+/(node_modules|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types', 'require', 'node'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'types'],
    },
  },
};
