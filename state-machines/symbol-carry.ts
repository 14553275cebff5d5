/** What a symbol process carries between inputs and across continue-as-new. JSON only. */
export type SymbolCarry = { readonly v: 1 };
