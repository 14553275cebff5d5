import { expect, test } from 'vitest';
import { RequestBudget } from './request-budget.ts';

const WEIGHT = 'X-Mbx-Used-Weight-1m';
/** Ten seconds into a minute. */
const START = 1_700_000_050_000 - (1_700_000_050_000 % 60_000) + 10_000;

function budgetAt(start: number) {
  const clock = { now: start };
  return { clock, budget: new RequestBudget(() => clock.now) };
}
const refused = { name: 'VenueUnavailable' };

test('reads stop at three quarters of the weight, until the minute is over', async () => {
  const { clock, budget } = budgetAt(START);
  budget.onResponse(200, { [WEIGHT]: '1790' });
  await budget.admitRead(10);
  await expect(budget.admitRead(10)).rejects.toMatchObject(refused);
  clock.now += 50_000;
  await budget.admitRead(10);
});

test('the limit is what the venue says', async () => {
  const { budget } = budgetAt(START);
  budget.learnWeightMax(100_000);
  budget.onResponse(200, { [WEIGHT]: '70000' });
  await budget.admitRead(10);
  budget.onResponse(200, { [WEIGHT]: '75000' });
  await expect(budget.admitRead(10)).rejects.toMatchObject(refused);
});

test('reads of our own count before an answer tells of them', async () => {
  const { budget } = budgetAt(START);
  for (let i = 0; i < 180; i += 1) await budget.admitRead(10);
  await expect(budget.admitRead(10)).rejects.toMatchObject(refused);
});

test('the last tenth is for cancels and protection', () => {
  const { clock, budget } = budgetAt(START);
  budget.onResponse(200, { [WEIGHT]: '2159' });
  expect(budget.riskHeldMs).toBe(0);
  budget.onResponse(200, { [WEIGHT]: '2160' });
  expect(budget.riskHeldMs).toBe(50_000);
  clock.now += 50_000;
  expect(budget.riskHeldMs).toBe(0);
});

test('so are the last orders of ten seconds', () => {
  const { clock, budget } = budgetAt(START);
  budget.onResponse(200, { 'X-Mbx-Order-Count-10s': '270' });
  expect(budget.riskHeldMs).toBe(10_000);
  clock.now += 10_000;
  expect(budget.riskHeldMs).toBe(0);
});

test.each([429, 418])('after %i nothing is asked for as long as the venue says', async (status) => {
  const { clock, budget } = budgetAt(START);
  budget.onResponse(status, { 'Retry-After': '30' });
  expect(budget.blockedMs).toBe(30_000);
  await expect(budget.admitRead(1)).rejects.toMatchObject(refused);
  clock.now += 30_000;
  expect(budget.blockedMs).toBe(0);
  await budget.admitRead(1);
});
