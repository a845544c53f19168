import { t } from './language.js';

/** Parses a typed JSON object. */
export function contentOf(text: string | undefined): object {
  let content: unknown;
  try {
    content = JSON.parse(text ?? '');
  } catch {
    throw new Error(t('notJson'));
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new Error(t('notJson'));
}
