type Environment = Readonly<Record<string, string | undefined>>;

export const TEMPORAL_VERSION: string;
export function temporalCacheFolder(env?: Environment): string;
export function cachedTemporal(env?: Environment): string;
export function findTemporal(env?: Environment): string | undefined;
