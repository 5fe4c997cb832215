import { z } from 'zod';

// The page's policy forbids code from strings; zod would try it once and the browser would report it.
z.config({ jitless: true });
