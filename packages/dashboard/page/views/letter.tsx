import { useState } from 'preact/hooks';
import type { AttemptsView, LetterDetailView } from '../../src/api/views.js';
import { act, addressOf, textOf } from '../api.js';
import { number, t, time } from '../language.js';
import { notify } from '../notices.js';
import { contentOf } from '../content-of.js';
import { ActionButton } from '../parts/action-button.js';
import { Code } from '../parts/code.js';
import { Facts } from '../parts/facts.js';
import { Problem } from '../parts/problem.js';
import { Table } from '../parts/table.js';
import { useReading } from '../reading.js';
import { errorText } from './letters.js';

export function Letter({ id, readOnly }: { readonly id: string; readonly readOnly: boolean }) {
  const { data: letter, problem } = useReading<LetterDetailView>(addressOf('letters/show', { id }), false);
  const [edited, setEdited] = useState<string | undefined>();
  /** Returns to the list, because the letter is gone. */
  const leave = (text: string): string => {
    location.hash = '#/letters';
    return text;
  };
  const sendEdited = async (): Promise<string> => {
    const { messageId } = await act<{ readonly messageId: string }>('letters/edit', {
      id,
      content: contentOf(edited),
    });
    return leave(t('edited', { id: messageId }));
  };
  return (
    <>
      <p>
        <a href="#/letters">{t('back')}</a>
      </p>
      <h1 tabIndex={-1}>{letter?.name ?? t('letter')}</h1>
      <Problem text={problem} />
      {letter && (
        <>
          {!readOnly && (
            <div class="buttons">
              <ActionButton
                label={t('redrive')}
                run={() => act('letters/redrive', { id }).then(() => leave(t('redriven')))}
              />
              {letter.isEditable && (
                <button type="button" onClick={() => setEdited(letter.content)}>
                  {t('edit')}
                </button>
              )}
              <ActionButton
                label={t('drop')}
                question={t('confirmDrop')}
                detail={letter.id}
                isDangerous
                run={() => act('letters/drop', { id }).then(() => leave(t('dropped')))}
              />
            </div>
          )}
          <p class="problem">{errorText(letter.error)}</p>
          {edited === undefined ? (
            <>
              <h2>{t('content')}</h2>
              <Code
                title={t('content')}
                text={letter.content ?? t('undecodable', { bytes: number(letter.bytes) })}
              />
            </>
          ) : (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                sendEdited().then(notify, (thrown: unknown) => notify(textOf(thrown), true));
              }}
            >
              <label>
                {t('content')}
                <textarea
                  rows={16}
                  spellcheck={false}
                  value={edited}
                  onInput={({ currentTarget }) => setEdited(currentTarget.value)}
                />
              </label>
              <p class="hint">{t('editHint')}</p>
              <div class="buttons">
                <button type="submit" class="primary">
                  {t('sendEdited')}
                </button>
                <button type="button" onClick={() => setEdited(undefined)}>
                  {t('cancel')}
                </button>
              </div>
            </form>
          )}
          <Facts
            of={[
              [t('subscription'), letter.subscription],
              [t('messageId'), letter.messageId],
              [t('kind'), letter.kind],
              [t('key'), letter.holdsKey ? t('heldKey', { key: letter.key ?? '' }) : letter.key],
              [t('correlation'), letter.correlationId],
              [t('causation'), letter.causationId],
              [t('sent'), `${time(letter.sentAt)}, ${letter.originNodeId}`],
              [
                t('trace'),
                letter.traceUrl && (
                  <a href={letter.traceUrl} rel="noreferrer" target="_blank">
                    {t('trace')}
                  </a>
                ),
              ],
            ]}
          />
          <h2>{t('headers')}</h2>
          <Code title={t('headers')} text={letter.headers} />
          <h2>{t('history')}</h2>
          <Attempts of={[...letter.history, letter]} />
        </>
      )}
    </>
  );
}

function Attempts({ of }: { readonly of: readonly AttemptsView[] }) {
  return (
    <Table
      title={t('history')}
      items={of}
      keyOf={({ failedAt, nodeId }) => `${failedAt} ${nodeId}`}
      columns={[
        { title: t('failedAt'), cell: ({ failedAt }) => time(failedAt) },
        { title: t('node'), cell: ({ nodeId }) => nodeId },
        { title: t('attempts'), isNumber: true, cell: ({ attempts }) => number(attempts) },
        {
          title: t('error'),
          cell: ({ error, leftOut }) => (
            <>
              {errorText(error)}
              {leftOut !== undefined && <span class="hint"> {t('leftOut', { count: leftOut })}</span>}
            </>
          ),
        },
      ]}
    />
  );
}
