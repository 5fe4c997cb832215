/** Eight groups of five digits, in a form that two people can read to each other. */
export function Fingerprint({ label, value, isOld }: { label: string; value: string; isOld?: boolean }) {
  return (
    <div className="fingerprint">
      <span className="field__label">{label}</span>
      <div className={isOld ? 'fingerprint__groups fingerprint__groups--old' : 'fingerprint__groups'} role="group" aria-label={label}>
        {value.split(' ').map((group, index) => (
          <span key={index}>{group}</span>
        ))}
      </div>
    </div>
  );
}
