import { useState } from 'preact/hooks';
import type { MessageAction, MessageView, PageView, SentView } from '../../src/api/views.js';
import { act, addressOf, textOf } from '../api.js';
import { contentOf } from '../content-of.js';
import { t } from '../language.js';
import { notify } from '../notices.js';
import { Code } from '../parts/code.js';
import { Pager } from '../parts/pager.js';
import { Problem } from '../parts/problem.js';
import { useReading } from '../reading.js';

/** Page with a form that sends a message. */
export function Send({ readOnly }: { readonly readOnly: boolean }) {
  const [after, setAfter] = useState<string | undefined>();
  const { data, problem } = useReading<PageView<MessageView>>(addressOf('messages', { after }), false);
  const [name, setName] = useState<string | undefined>();
  const message = data?.items.find((one) => one.name === name) ?? data?.items[0];
  return (
    <>
      <h1 tabIndex={-1}>{t('send')}</h1>
      <Problem text={problem} />
      {readOnly && <p class="hint">{t('readOnly')}</p>}
      {data?.items.length === 0 && <p class="hint">{t('nothing')}</p>}
      {!readOnly && data && message && (
        <>
          <label>
            {t('message')}
            <select value={message.name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
              {data.items.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          <Pager after={after} next={data.next} go={setAfter} />
          <MessageForm key={message.name} message={message} />
        </>
      )}
    </>
  );
}

function MessageForm({ message: { name, actions, schema } }: { readonly message: MessageView }) {
  const [action, setAction] = useState<MessageAction | undefined>(actions.at(-1));
  const [content, setContent] = useState(() => sampleOf(schema));
  const [delayMs, setDelayMs] = useState('');
  const [isSending, setSending] = useState(false);
  const [sent, setSent] = useState<SentView | undefined>();
  const send = async (): Promise<string> => {
    setSent(undefined);
    const delay = action === 'enqueue' && delayMs !== '' ? { delayMs: Number(delayMs) } : {};
    const view = await act<SentView>('messages/send', {
      action,
      name,
      content: contentOf(content),
      ...delay,
    });
    setSent(view);
    return view.messageId === undefined ? t('sentNow') : t('queuedNow', { id: view.messageId });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setSending(true);
        send()
          .then(notify, (thrown: unknown) => notify(textOf(thrown), true))
          .finally(() => setSending(false));
      }}
    >
      <label>
        {t('action')}
        <select
          value={action}
          onChange={({ currentTarget }) => setAction(currentTarget.value as MessageAction)}
        >
          {actions.map((one) => (
            <option key={one} value={one}>
              {t(`${one}Action`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('content')}
        <textarea
          rows={10}
          spellcheck={false}
          value={content}
          onInput={({ currentTarget }) => setContent(currentTarget.value)}
        />
      </label>
      {action === 'enqueue' && (
        <label>
          {t('delay')}
          <input
            type="number"
            min="0"
            value={delayMs}
            onInput={({ currentTarget }) => setDelayMs(currentTarget.value)}
          />
        </label>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isSending}>
          {t('send')}
        </button>
      </div>
      {sent?.result !== undefined && (
        <>
          <h2>{t('result')}</h2>
          <Code title={t('result')} text={sent.result} />
        </>
      )}
      <h2>{t('schema')}</h2>
      {schema === undefined ? (
        <p class="hint">{t('noSchema')}</p>
      ) : (
        <Code title={t('schema')} text={schema} />
      )}
    </form>
  );
}

interface JsonSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Sample content for a schema. */
function sampleOf(schema: string | undefined): string {
  const sample = schema === undefined ? {} : valueOf(JSON.parse(schema) as JsonSchema);
  return JSON.stringify(sample, null, 2);
}

function valueOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, valueOf(property)]),
      );
  }
}
