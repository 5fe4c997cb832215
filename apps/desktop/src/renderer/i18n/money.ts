/** US dollars for people: cents from a dollar on, more digits below, so that a small cost is not nothing: `$4.20`, `$0.042`, `$0.0042`. */
export function moneyText(usd: number, language: string): string {
  const size = Math.abs(usd);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.1 ? 3 : 4;
  if (size > 0 && size < 0.00005) return `< ${moneyText(0.0001, language)}`;
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 2, maximumFractionDigits: digits }).format(usd);
}

/** A number of tokens for people: `940`, `12.5k`, `3.1M`. */
export function tokensText(tokens: number, language: string): string {
  const short = (value: number, unit: string) => `${value.toLocaleString(language, { maximumFractionDigits: value < 100 ? 1 : 0 })}${unit}`;
  if (tokens < 1_000) return Math.round(tokens).toLocaleString(language);
  return tokens < 999_500 ? short(tokens / 1_000, 'k') : short(tokens / 1_000_000, 'M');
}
