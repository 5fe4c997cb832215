import type { PriceListView, Settings } from '@uxflow/core/api';
import { Badge, Button, Field, IconButton } from '@uxflow/ui';
import { Pencil, Plus, RotateCcw, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { moneyText, tokensText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { dollarsField, readDollars } from './amountField.ts';

type Entry = PriceListView['entries'][number];
interface Draft {
  pattern: string;
  input: string;
  output: string;
  cached: string;
}

/** What a million tokens cost: of the models in use first, then the whole list, to correct and to add to. */
export function PriceList({ settings }: { settings: Settings }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [list, setList] = useState<PriceListView | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const take = useCallback((call: Promise<PriceListView>) => {
    call.then(
      (next) => {
        setList(next);
        setFailure(null);
      },
      (error: unknown) => setFailure(error),
    );
  }, []);
  const inUseKey = JSON.stringify([settings.model, settings.proModel, settings.modes, settings.fallbacks]);
  useEffect(() => take(api.usage.prices()), [api, take, inUseKey]);
  const edit = ({ entry }: Pick<Entry, 'entry'>) =>
    setDraft({ pattern: entry.pattern, input: dollarsField(entry.inputUsd, language), output: dollarsField(entry.outputUsd, language), cached: dollarsField(entry.cachedInputUsd, language) });
  if (!list) return <FailureNotice failure={failure} />;
  return (
    <div className="settings__prices">
      <h3>{text('settings.prices')}</h3>
      <p className="settings__muted">{text('settings.pricesText')}</p>
      {list.inUse.length > 0 ? (
        <dl className="settings__facts" aria-label={text('settings.priceInUse')}>
          {list.inUse.map(({ model, baseUrl, price }) => (
            <div key={`${model} ${baseUrl}`} className="settings__price-in-use">
              <dt>{model}</dt>
              <dd>
                {price.kind === 'local' ? (
                  <Badge tone="success">{text('settings.priceLocal')}</Badge>
                ) : price.kind === 'unknown' ? (
                  <>
                    <Badge tone="warning">{text('settings.priceUnknown')}</Badge>
                    <Button size="small" icon={<Plus />} onClick={() => setDraft({ pattern: model, input: '', output: '', cached: '' })}>
                      {text('settings.priceAdd')}
                    </Button>
                  </>
                ) : (
                  text('settings.priceOf', { input: moneyText(price.entry.inputUsd, language), output: moneyText(price.entry.outputUsd, language) })
                )}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      <FailureNotice failure={failure} />
      {draft ? (
        <PriceForm
          key={draft.pattern}
          draft={draft}
          onCancel={() => setDraft(null)}
          onSave={(price) => {
            take(api.usage.setPrice(price));
            setDraft(null);
          }}
        />
      ) : (
        <div className="settings__row">
          <Button icon={<Plus />} onClick={() => setDraft({ pattern: '', input: '', output: '', cached: '' })}>
            {text('settings.priceAdd')}
          </Button>
          {list.removed.length > 0 ? (
            <Button icon={<RotateCcw />} onClick={() => take(api.usage.restorePrices())}>
              {text('settings.priceRestore', { count: list.removed.length })}
            </Button>
          ) : null}
        </div>
      )}
      <details className="settings__price-list">
        <summary>{text('settings.priceAll', { count: list.entries.length })}</summary>
        <PriceTable entries={list.entries} onEdit={edit} onRemove={(pattern) => take(api.usage.removePrice({ pattern }))} />
      </details>
    </div>
  );
}

function PriceTable({ entries, onEdit, onRemove }: { entries: readonly Entry[]; onEdit: (entry: Entry) => void; onRemove: (pattern: string) => void }) {
  const text = useText();
  const language = useLanguage();
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={text('settings.prices')}>
      <table className="table settings__table">
        <thead>
          <tr>
            <th scope="col">{text('settings.priceModel')}</th>
            <th scope="col" className="table__number">{text('settings.priceInput')}</th>
            <th scope="col" className="table__number">{text('settings.priceCached')}</th>
            <th scope="col" className="table__number">{text('settings.priceOutput')}</th>
            <th scope="col">{text('settings.priceSource')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {entries.map((each) => {
            const { pattern, inputUsd, outputUsd, cachedInputUsd, long, asOf, source } = each.entry;
            return (
              <tr key={pattern}>
                <th scope="row">
                  {pattern}
                  {long ? <span className="settings__faint settings__price-long">{text('settings.priceLong', { tokens: tokensText(long.aboveTokens, language), input: moneyText(long.inputUsd, language), output: moneyText(long.outputUsd, language) })}</span> : null}
                </th>
                <td className="table__number">{moneyText(inputUsd, language)}</td>
                <td className="table__number">{cachedInputUsd === undefined ? '–' : moneyText(cachedInputUsd, language)}</td>
                <td className="table__number">{moneyText(outputUsd, language)}</td>
                <td className="settings__price-source">
                  <span className="settings__faint">{text('settings.priceAsOf', { date: day.format(new Date(`${asOf}T12:00:00`)) })}</span>{' '}
                  {/* Plain words: a link would leave the app. */}
                  <span data-tip={each.isOwn ? undefined : source}>{each.isOwn ? text('settings.priceEntered') : source.replace(/^https?:\/\/([^/]+).*$/, '$1')}</span>
                </td>
                <td>
                  <span className="settings__row settings__row--tight">
                    <IconButton size="small" label={text('settings.priceEdit', { model: pattern })} icon={<Pencil />} onClick={() => onEdit(each)} />
                    <IconButton size="small" label={text('settings.priceRemove', { model: pattern })} icon={<Trash2 />} onClick={() => onRemove(pattern)} />
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function PriceForm({ draft, onSave, onCancel }: { draft: Draft; onSave: (price: { pattern: string; inputUsd: number; outputUsd: number; cachedInputUsd?: number }) => void; onCancel: () => void }) {
  const text = useText();
  const [typed, setTyped] = useState(draft);
  const inputUsd = readDollars(typed.input);
  const outputUsd = readDollars(typed.output);
  const cachedInputUsd = readDollars(typed.cached);
  const isWhole = typed.pattern.includes(':') && typeof inputUsd === 'number' && typeof outputUsd === 'number' && cachedInputUsd !== undefined;
  const save = () => isWhole && onSave({ pattern: typed.pattern.trim(), inputUsd, outputUsd, ...(cachedInputUsd === null ? {} : { cachedInputUsd }) });
  const field = (key: keyof Draft, label: string, hint: string, value?: number | null) => (
    <Field label={label} hint={value === undefined && typed[key].trim() && key !== 'pattern' ? text('settings.budgetInvalid', { value: typed[key] }) : hint} isError={value === undefined && key !== 'pattern' && typed[key].trim() !== ''}>
      {(id) => <input id={id} className="input" value={typed[key]} spellCheck={false} autoCapitalize="off" autoComplete="off" onChange={(event) => setTyped({ ...typed, [key]: event.target.value })} onKeyDown={(event) => event.key === 'Enter' && save()} />}
    </Field>
  );
  return (
    <div className="settings__price-form" role="group" aria-label={text('settings.priceAdd')}>
      {field('pattern', text('settings.priceModel'), text('settings.pricePattern'))}
      <div className="settings__pair settings__amounts">
        {field('input', text('settings.priceInput'), text('settings.priceAmountHint'), inputUsd)}
        {field('cached', text('settings.priceCached'), text('settings.priceAmountHint'), cachedInputUsd)}
        {field('output', text('settings.priceOutput'), text('settings.priceAmountHint'), outputUsd)}
      </div>
      <div className="settings__row">
        <Button variant="primary" disabled={!isWhole} onClick={save}>
          {text('settings.priceSave')}
        </Button>
        <Button onClick={onCancel}>{text('cancel')}</Button>
      </div>
    </div>
  );
}
