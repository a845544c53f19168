import type { ComponentChildren } from 'preact';
import { t } from '../language.js';

export interface Column<T> {
  readonly title: string;
  readonly isNumber?: boolean;
  readonly cell: (item: T) => ComponentChildren;
}

interface TableProps<T> {
  readonly title: string;
  readonly items: readonly T[] | undefined;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string;
}

/** Table; the first column is the row header. */
export function Table<T>({ title, items, columns, keyOf }: TableProps<T>) {
  if (items === undefined) return <p class="hint">{t('loading')}</p>;
  if (items.length === 0) return <p class="hint">{t('nothing')}</p>;
  return (
    // Focusable, so that it scrolls by keyboard.
    <div class="scroll" role="region" aria-label={title} tabIndex={0}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.isNumber === true ? 'number' : ''}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.title} scope="row">
                    {column.cell(item)}
                  </th>
                ) : (
                  <td key={column.title} class={column.isNumber === true ? 'number' : ''}>
                    {column.cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
