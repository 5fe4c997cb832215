/**
 * Seeds that once found a fault; they are played in every run. 1131: an entry whose author nobody can read was not known as own and was
 * lost with an older copy. 10117, 10529: what waited was pushed before the entries that a restored server had lost. 13095: a snapshot of number 0 was
 * kept. 50991: comments that were refused for their key waited for ever when an edit behind them was refused for good. 50732, 50833, 52197: the
 * fuzz itself took what a cut line brought late, and a snapshot for who had asked twice, for a fault. 81014: what a dead server had sent was
 * carried out after an older copy was put back, because its connections had another name than the fuzz waited for.
 */
export const PINNED_SEEDS: readonly number[] = [1131, 10117, 10529, 13095, 50732, 50833, 50991, 52197, 81014];
