/** An operation of the process as a call of the real activity, as `workflows/operations.ts` does it. */
import type { OperationCall, OperationResult } from '../../../state-machines/process-types.ts';
import type { SymbolActivities } from '../../../workflows/activity-contract.ts';
import { REF } from '../scenario.ts';

const WORKFLOW_ID = `symbol:${REF.account}:${REF.venue}:${REF.symbol}`;
const ref = REF;

export async function runOperation(
  activities: SymbolActivities,
  call: OperationCall,
): Promise<OperationResult> {
  const { name } = call;
  switch (name) {
    case 'openEpoch':
      return { name, value: await activities.openEpoch({ ref, workflowId: WORKFLOW_ID }) };
    case 'claimSymbol':
      return { name, value: await activities.claimSymbol({ ref }) };
    case 'record':
      await activities.record({ ref, entries: call.entries });
      return { name, value: null };
    case 'evaluateSignal':
      return { name, value: await activities.evaluateSignal({ ref, request: call.request }) };
    case 'checkRisk': {
      const { intents, quote, level, epoch } = call;
      return { name, value: await activities.checkRisk({ ref, intents, quote, level, epoch }) };
    }
    case 'submitOrders': {
      const { clientOrderIds } = call;
      return { name, value: await activities.submitOrders({ ref, clientOrderIds }) };
    }
    case 'amendOrders':
      return { name, value: await activities.amendOrders({ ref, orders: call.orders }) };
    case 'cancelOrders':
      return { name, value: await activities.cancelOrders({ ref, orders: call.orders }) };
    case 'resolveOrders': {
      const { clientOrderIds } = call;
      return { name, value: await activities.resolveOrders({ ref, clientOrderIds }) };
    }
    case 'reconcile':
      return { name, value: await activities.reconcile({ ref, prefix: call.prefix }) };
  }
}
