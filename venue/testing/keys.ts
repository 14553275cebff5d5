/** The API key of the tests' account. */
export const KEYS = { apiKey: 'test-key-one', secret: 'test-secret-one' };
