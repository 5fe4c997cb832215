export { AppError, errorInfo, isAppError, type ErrorInfo } from './error.ts';
export { dayOf, daysBetween, monthOf, systemTimeZone, type CalendarSpan } from './calendar.ts';
export { createTestClock, systemClock, type Clock } from './clock.ts';
export { createIdSource, ID_PATTERN, newSeed, seededRandom, systemRandom, type IdSource, type RandomBytes } from './id.ts';
export { canonicalJson, isEqualJson, normalizeJson } from './canonical.ts';
export { createLogger, silentLogger, type LogLevel, type LogLine, type Logger } from './logger.ts';
