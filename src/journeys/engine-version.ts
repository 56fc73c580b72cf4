/**
 * Raised by hand whenever the same log would give another state, fact or effect than before. Recorded runs of the examples are kept with
 * it (`examples/traces`): a change of theirs without a new version here fails the tests, so that no upgrade changes lives unnoticed.
 */
export const ENGINE_VERSION = 7
