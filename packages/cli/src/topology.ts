import type { ServiceContracts, Topology } from '@catga/core/admin';

/** Mermaid flowchart of a topology. Requests have solid arrows, events dotted ones. */
export function toMermaid({ services, edges }: Topology): string {
  const ids = new Map(services.map(({ service }, index) => [service, `s${index}`]));
  const lines = ['flowchart LR'];
  for (const { service, nodes } of services)
    lines.push(`  ${ids.get(service)}["${quoted(service)} (${nodes.length})"]`);
  const names = new Map<string, string[]>();
  for (const { from, to, name, kind } of edges) {
    const arrow = kind === 'request' ? '-->' : '-.->';
    const key = `${ids.get(from)} ${arrow}|%| ${ids.get(to)}`;
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  for (const [key, all] of names)
    lines.push(`  ${key.replace('%', () => `"${all.map(quoted).join('<br/>')}"`)}`);
  return lines.join('\n');
}

/** Mermaid flowchart of a service: from its messages to their handlers. */
export function toHandlersChart({ service, messages }: ServiceContracts): string {
  const handlers = [...new Set(messages.flatMap((message) => message.handlers.map(({ name }) => name)))];
  const lines = ['flowchart LR', `  subgraph service["${quoted(service)}"]`];
  for (const [index, name] of handlers.entries()) lines.push(`    h${index}["${quoted(name)}"]`);
  lines.push('  end');
  for (const [index, { name, kind, qos, handlers: its }] of messages.entries()) {
    lines.push(`  m${index}(["${quoted(name)}<br/>${kind}, QoS ${qos}"])`);
    const arrow = kind === 'event' ? '-.->' : '-->';
    for (const handler of its) lines.push(`  m${index} ${arrow} h${handlers.indexOf(handler.name)}`);
  }
  return lines.join('\n');
}

/** Quotes a name, which is untrusted. */
function quoted(name: string): string {
  return name.replaceAll(/[^\w.\-/: ]/g, (character) => `#${character.codePointAt(0) ?? 63};`);
}
