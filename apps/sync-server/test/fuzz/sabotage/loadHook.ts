/** `node --import` of this file puts the fault of FUZZ_FAULT into the program of the devices as it is loaded. */
import { registerHooks } from 'node:module';
import { faultNamed, withFault } from './faults.ts';

const fault = faultNamed(process.env.FUZZ_FAULT);
if (fault?.side === 'device') {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${fault.file}`) || loaded.source === undefined || loaded.source === null) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: withFault(fault, url, source) };
    },
  });
}
