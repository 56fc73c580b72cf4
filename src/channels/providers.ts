import type { ProviderType } from './provider.ts'

/** Every kind of provider, one line each. */
export const PROVIDERS: ReadonlyMap<string, ProviderType> = new Map(([] as ProviderType[]).map((each) => [each.type, each]))
