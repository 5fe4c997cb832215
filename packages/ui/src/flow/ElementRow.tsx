import type { ElementType } from '@uxflow/core';
import { ChevronDown, Image } from 'lucide-react';

/** One thing on a wireframe: a tiny field, button, link, list, picture or switch with its label. */
export function ElementRow({ type, label, isRequired }: { type: ElementType; label: string; isRequired?: boolean }) {
  const text = (
    <span className="element__label">
      {label}
      {isRequired ? <i aria-hidden>*</i> : null}
    </span>
  );
  switch (type) {
    case 'input':
      return <div className="element element--box">{text}</div>;
    case 'select':
      return (
        <div className="element element--box">
          {text}
          <ChevronDown aria-hidden />
        </div>
      );
    case 'button':
      return <div className="element element--button">{text}</div>;
    case 'link':
      return <div className="element element--link">{text}</div>;
    case 'toggle':
      return (
        <div className="element element--toggle">
          {text}
          <span className="element__switch" aria-hidden />
        </div>
      );
    case 'image':
      return (
        <div className="element element--image">
          <Image aria-hidden />
          {text}
        </div>
      );
    case 'list':
      return (
        <div className="element element--list">
          <span className="element__lines" aria-hidden />
          {text}
        </div>
      );
    default:
      return <div className="element">{text}</div>;
  }
}
