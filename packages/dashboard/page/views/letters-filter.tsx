import { useState } from 'preact/hooks';
import { t } from '../language.js';

const FIELDS = ['text', 'subscription', 'name', 'errorCode', 'messageId'] as const;
export type Filter = Partial<Record<(typeof FIELDS)[number], string>>;

export function LettersFilter({ onSearch }: { readonly onSearch: (filter: Filter) => void }) {
  const [filter, setFilter] = useState<Filter>({});
  return (
    <form
      class="filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(filter);
      }}
    >
      {FIELDS.map((field) => (
        <label key={field}>
          {t(field === 'text' ? 'searchText' : field)}
          <input
            name={field}
            value={filter[field] ?? ''}
            onInput={({ currentTarget }) => setFilter({ ...filter, [field]: currentTarget.value.trim() })}
          />
        </label>
      ))}
      <div class="buttons">
        <button type="submit" class="primary">
          {t('search')}
        </button>
        <button
          type="button"
          onClick={() => {
            setFilter({});
            onSearch({});
          }}
        >
          {t('clear')}
        </button>
      </div>
    </form>
  );
}
