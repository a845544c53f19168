// The part of curl that the README uses, for machines without it: curl [-s] [-X method] [-H header]… [-d body] url
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    silent: { type: 'boolean', short: 's' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
  allowPositionals: true,
});

const method = values.request ?? (values.data === undefined ? 'GET' : 'POST');
const headers = values.header.map((header) => {
  const colon = header.indexOf(':');
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
});
for (const url of positionals) {
  const response = await fetch(url, { method, headers, body: values.data });
  process.stdout.write(await response.text());
}
