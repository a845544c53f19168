import { t } from './language.js';

/** The JSON object that somebody has typed. */
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
