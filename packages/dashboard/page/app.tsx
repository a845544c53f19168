import { useEffect, useState } from 'preact/hooks';
import type { MetaView } from '../src/api/views.js';
import { addressOf } from './api.js';
import { LANGUAGE_NAMES, choose, language, t } from './language.js';
import { clearNotice, useNotice } from './notices.js';
import { Problem } from './parts/problem.js';
import { useConnection, useReading } from './reading.js';
import { applyTheme, readSetting, saveSetting } from './settings.js';
import { Failures } from './views/failures.js';
import { Letter } from './views/letter.js';
import { Letters } from './views/letters.js';
import { NodeDetail, Nodes } from './views/nodes.js';
import { Projections } from './views/projections.js';
import { Queue } from './views/queue.js';
import { Saga } from './views/saga.js';
import { Sagas } from './views/sagas.js';
import { Schedules } from './views/schedules.js';
import { Send } from './views/send.js';
import { Subscriptions } from './views/subscriptions.js';
import { TopologyPage } from './views/topology.js';
import { Traffic } from './views/traffic.js';

const PAGES = [
  'nodes',
  'topology',
  'traffic',
  'subscriptions',
  'queue',
  'sagas',
  'schedules',
  'projections',
  'letters',
  'failures',
  'send',
] as const;
type PageName = (typeof PAGES)[number];

interface Place {
  readonly page: PageName;
  readonly id: string | undefined;
}

function place(): Place {
  const [, name, id] = location.hash.split('/');
  const page = PAGES.find((one) => one === name) ?? 'nodes';
  return { page, id: id === undefined || id === '' ? undefined : decodeURIComponent(id) };
}

export function App() {
  const [{ page, id }, setPlace] = useState(place);
  const [, setLanguage] = useState(language);
  const meta = useReading<MetaView>(addressOf('meta'), false);
  const notice = useNotice();
  const isConnected = useConnection();
  useEffect(() => {
    const moved = (): void => setPlace(place());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  useEffect(() => {
    document.title = `${t(page)} · Catga`;
    // Focus the heading, so that a screen reader announces the new page.
    if (location.hash !== '') document.querySelector<HTMLElement>('h1')?.focus();
  }, [page, id]);
  const readOnly = meta.data?.readOnly ?? true;
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t('skip')}
      </a>
      <header>
        <strong>Catga</strong>
        <nav aria-label={t('pages')}>
          {PAGES.filter((name) => name !== 'send' || !readOnly).map((name) => (
            <a
              key={name}
              href={`#/${name}`}
              aria-current={name === page ? 'page' : undefined}
              onClick={() => clearNotice()}
            >
              {t(name)}
            </a>
          ))}
        </nav>
        <span class="place">{meta.data && `${meta.data.namespace} · ${meta.data.engine}`}</span>
        {meta.data?.readOnly === true && <span class="badge suspected">{t('readOnly')}</span>}
        <Choice
          label={t('language')}
          value={language}
          options={Object.entries(LANGUAGE_NAMES)}
          choose={(chosen) => {
            choose(chosen);
            setLanguage(language);
          }}
        />
        <Theme />
      </header>
      <main id="content" tabIndex={-1}>
        {!isConnected && <p class="problem">{t('offline')}</p>}
        <p class={notice?.isError === true ? 'problem' : 'notice'} role="status">
          {notice?.text}
        </p>
        <Problem text={meta.problem} />
        <View key={`${page} ${id ?? ''}`} page={page} id={id} readOnly={readOnly} />
      </main>
    </>
  );
}

function View({ page, id, readOnly }: Place & { readonly readOnly: boolean }) {
  switch (page) {
    case 'nodes':
      return id === undefined ? <Nodes /> : <NodeDetail id={id} />;
    case 'topology':
      return <TopologyPage />;
    case 'traffic':
      return <Traffic />;
    case 'subscriptions':
      return <Subscriptions readOnly={readOnly} />;
    case 'queue':
      return <Queue readOnly={readOnly} />;
    case 'sagas':
      return id === undefined ? <Sagas /> : <Saga place={id} readOnly={readOnly} />;
    case 'schedules':
      return <Schedules />;
    case 'projections':
      return <Projections readOnly={readOnly} />;
    case 'letters':
      return id === undefined ? <Letters readOnly={readOnly} /> : <Letter id={id} readOnly={readOnly} />;
    case 'failures':
      return <Failures />;
    case 'send':
      return <Send readOnly={readOnly} />;
  }
}

function Theme() {
  const [theme, setTheme] = useState(readSetting('theme') ?? 'auto');
  useEffect(() => applyTheme(theme), [theme]);
  return (
    <Choice
      label={t('theme')}
      value={theme}
      options={[
        ['auto', t('themeAuto')],
        ['light', t('themeLight')],
        ['dark', t('themeDark')],
      ]}
      choose={(chosen) => {
        saveSetting('theme', chosen);
        setTheme(chosen);
      }}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly choose: (value: string) => void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** Without changing the hash, which is the place. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
