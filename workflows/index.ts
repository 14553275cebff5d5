/** The one entry of the workflow bundle. */
export { symbolWorkflow } from './symbol-workflow.ts';
