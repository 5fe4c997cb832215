import type { EndpointView } from '@uxflow/core/api';
import { Badge } from '@uxflow/ui';
import { ChevronRight } from 'lucide-react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { CertificateField } from './CertificateField.tsx';
import { EnteredField } from './EnteredField.tsx';
import { HeaderList } from './HeaderList.tsx';
import { ProxyFields } from './ProxyFields.tsx';
import type { EndpointState } from './useEndpoint.ts';

/** What an organisation's network asks of a connection: its own certificate authority, a proxy, further headers. Folded away; says in its head what is set. */
export function AdvancedConnection({ endpoint, hasApiVersion }: { endpoint: EndpointState; hasApiVersion: boolean }) {
  const text = useText();
  const { view, failure, isSaving, change } = endpoint;
  if (!view) return <FailureNotice failure={failure} />;
  return (
    <details className="settings__advanced">
      <summary>
        <ChevronRight aria-hidden />
        <span>{text('settings.advanced')}</span>
        {setParts(text, view).map((part) => (
          <Badge key={part}>{part}</Badge>
        ))}
      </summary>
      <div className="settings__advanced-body">
        <p className="settings__faint">{text('settings.advancedText')}</p>
        {hasApiVersion ? (
          <EnteredField label={text('settings.apiVersion')} hint={text('settings.apiVersionHint')} value={view.apiVersion ?? ''} placeholder="2024-10-21" onCommit={(apiVersion) => void change({ apiVersion: apiVersion || null })} />
        ) : null}
        <CertificateField certificates={view.certificates} isSaving={isSaving} onChange={(ca) => change({ ca })} />
        <ProxyFields key={JSON.stringify(view.proxy)} proxy={view.proxy} isSaving={isSaving} onChange={(proxy) => change({ proxy })} />
        <HeaderList names={view.headerNames} isSaving={isSaving} onChange={(name, value) => change({ header: { name, value } })} />
        <div aria-live="polite"><FailureNotice failure={failure} /></div>
      </div>
    </details>
  );
}

function setParts(text: Translate, view: EndpointView): string[] {
  return [
    ...(view.apiVersion ? [view.apiVersion] : []),
    ...(view.certificates.length ? [text('settings.advancedCa')] : []),
    ...(view.proxy ? [text('settings.advancedProxy')] : []),
    ...(view.headerNames.length ? [text('settings.advancedHeaders', { count: view.headerNames.length })] : []),
  ];
}
