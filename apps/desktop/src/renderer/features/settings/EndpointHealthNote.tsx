import type { EndpointHealth } from '@uxflow/core/api';
import { Notice } from '@uxflow/ui';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useNow } from '../../store/services.ts';
import { hostOf } from './hosts.ts';

/** Says that an endpoint is left alone after outages, and until when; nothing while it works. */
export function EndpointHealthNote({ baseUrl, health }: { baseUrl: string; health: EndpointHealth }) {
  const text = useText();
  const language = useLanguage();
  const now = useNow(1000);
  if (health.phase === 'closed') return null;
  const host = hostOf(baseUrl);
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(health.retryAt ?? 0);
  return <Notice tone="warning">{text(health.phase === 'open' && now < (health.retryAt ?? 0) ? 'settings.healthOpen' : 'settings.healthHalfOpen', { host, count: health.failures, time })}</Notice>;
}
