import { isPulseDay } from '../../nodes/shared/domain/pulse';
import fc from '../fastCheck';
import { daysAgo, DE, NOW, orderOf, planOf, US } from './planning';

const pulse = { seed: 'autumn', blockDays: 3 };

const order = fc.record({
	marketplaceId: fc.constantFrom(US, DE),
	delivered: fc.integer({ min: 0, max: 34 }),
	hours: fc.integer({ min: 0, max: 23 }),
});

const idsOf = (rows: ReturnType<typeof planOf>, orders: ReadonlyArray<{ orderId: string }>) =>
	orders.filter((_, index) => rows[index]?.sendAt !== null).map(({ orderId }) => orderId);

describe('a pulse test', () => {
	it('loses no order that would be planned without it, in 10,000 random plans', () => {
		fc.assert(
			fc.property(
				fc.array(order, { maxLength: 8 }),
				fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
				fc.integer({ min: 0, max: 30 }),
				fc.option(fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), { nil: undefined }),
				fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
				fc.record({
					seed: fc.string({ maxLength: 3 }),
					blockDays: fc.integer({ min: 2, max: 14 }),
				}),
				(all, maxRequestsPerDay, preferredDelayDays, weekdays, most, test) => {
					const orders = all.map(({ marketplaceId, delivered, hours }, index) => {
						const at = daysAgo(delivered + hours / 24);
						return orderOf(index, { marketplaceId, earliestDelivery: at, latestDelivery: at });
					});
					const campaigns =
						most === undefined
							? []
							: [{ name: 'US', rules: { marketplaceIds: [US] }, maxRequestsPerDay: most }];
					const changes = { maxRequestsPerDay, preferredDelayDays, weekdays, campaigns };
					const without = planOf(orders, changes);
					const rows = planOf(orders, { ...changes, pulse: test });
					// One expectation per plan, because they take longer than the plans.
					const wrong = rows.filter(({ decision, sendAtLocal, timeZone, pulse: mark }, index) => {
						if (sendAtLocal === null) return mark !== null;
						const today = NOW.setZone(timeZone ?? '').toISODate();
						const day = decision === 'sendNow' ? today : sendAtLocal.slice(0, 10);
						const marketplaceId = orders[index]?.marketplaceId ?? '';
						const isDrawn = isPulseDay(day ?? '', { ...test, marketplaceId });
						return mark?.day !== day || mark.isPulseDay !== isDrawn || mark.forced === isDrawn;
					});
					expect([idsOf(rows, orders), wrong]).toEqual([idsOf(without, orders), []]);
				},
			),
			{ numRuns: 10_000 },
		);
	});

	it('loses no order in a series of runs, however far apart they are', () => {
		fc.assert(
			fc.property(
				fc.array(fc.record({ delivered: fc.integer({ min: -10, max: 34 }), dated: fc.boolean() }), {
					minLength: 1,
					maxLength: 6,
				}),
				fc.integer({ min: 1, max: 30 }),
				fc.record({
					seed: fc.string({ maxLength: 3 }),
					blockDays: fc.integer({ min: 2, max: 14 }),
				}),
				(all, hoursApart, test) => {
					const orders = all.map(({ delivered, dated }, index) => {
						const at = dated ? daysAgo(delivered) : null;
						const changes = { earliestDelivery: at, latestDelivery: at };
						return orderOf(index, { createdAt: daysAgo(delivered), ...changes });
					});
					/** The orders that some run sends while their window is open. */
					const sentIn = (changes: Parameters<typeof planOf>[1]): string[] => {
						const sent = new Set<string>();
						const end = NOW.plus({ days: 50 });
						for (let now = NOW; now < end; now = now.plus({ hours: hoursApart })) {
							const rows = planOf(orders, {
								...changes,
								now: now.toMillis(),
								past: new Map([...sent].map((id) => [id, { state: 'requested', attempts: 1 }])),
								sendNowWithinMs: hoursApart * 3_600_000,
							});
							for (const [index, { decision }] of rows.entries()) {
								if (decision === 'sendNow') sent.add(orders[index]?.orderId ?? '');
							}
							if (rows.every(({ decision }) => decision === 'leftOut')) break;
						}
						return [...sent].toSorted();
					};
					expect(sentIn({ pulse: test })).toEqual(sentIn({}));
				},
			),
			{ numRuns: 60 },
		);
	});

	it('counts an order that goes out now as one of today, though it was planned for the next pulse day', () => {
		const dayOf = (now: typeof NOW) => now.setZone('America/Los_Angeles').toISODate() ?? '';
		const schedule = { ...pulse, marketplaceId: US };
		const now = Array.from({ length: 200 }, (_, index) => NOW.plus({ days: index })).find((day) =>
			[day, day.plus({ days: 1 })].every((each) => isPulseDay(dayOf(each), schedule)),
		);
		// Its window is open, and the delay of six days ends tomorrow.
		const delivered = now?.minus({ days: 5.2 }).toISO() ?? null;
		const [row] = planOf([orderOf(0, { earliestDelivery: delivered, latestDelivery: delivered })], {
			now: now?.toMillis(),
			pulse,
			preferredDelayDays: 6,
			sendNowWithinMs: 25 * 3_600_000,
		});
		expect(row).toMatchObject({
			decision: 'sendNow',
			sendAtLocal: expect.stringContaining(dayOf((now ?? NOW).plus({ days: 1 }))),
			pulse: { day: dayOf(now ?? NOW), isPulseDay: true, forced: false },
		});
	});

	it('sends an order at once whose window may close at any time', () => {
		const orders = [20, 31].map((age, index) =>
			orderOf(index, { createdAt: daysAgo(age), earliestDelivery: null, latestDelivery: null }),
		);
		const days = Array.from({ length: 15 }, (_, index) => NOW.plus({ days: index }));
		const now = days.find(
			(day) =>
				!isPulseDay(day.setZone('America/Los_Angeles').toISODate() ?? '', {
					...pulse,
					marketplaceId: US,
				}),
		);
		expect(planOf(orders, { pulse, now: now?.toMillis() })).toMatchObject([
			{ decision: 'sendLater', pulse: { forced: false } },
			{ decision: 'sendNow', pulse: { isPulseDay: false, forced: true } },
		]);
	});

	it('sends all that is due on the day drawn, and nothing else in the block', () => {
		const orders = Array.from({ length: 40 }, (_, index) => {
			const at = daysAgo(index / 4);
			return orderOf(index, { earliestDelivery: at, latestDelivery: at });
		});
		const rows = planOf(orders, { pulse });
		for (const [index, row] of rows.entries()) {
			expect(row.pulse).toMatchObject({ isPulseDay: true, forced: false });
			// It goes on the first pulse day after its window has opened.
			const opensAt = Date.parse(orders[index]?.earliestDelivery ?? '') + 5 * 86_400_000;
			for (
				let at = Math.max(opensAt, NOW.toMillis()) + 86_400_000;
				at < Date.parse(row.sendAt ?? '');
				at += 86_400_000
			) {
				const day = new Date(at - 8 * 3_600_000).toISOString().slice(0, 10);
				const isEarlier = day < (row.sendAtLocal ?? '').slice(0, 10);
				expect(isEarlier && isPulseDay(day, { ...pulse, marketplaceId: US })).toBe(false);
			}
		}
		expect(new Set(rows.map((row) => row.pulse?.block)).size).toBeGreaterThan(1);
	});

	it('sends an order now, on another day, if its window closes before the next day drawn', () => {
		const days = Array.from({ length: 15 }, (_, index) => NOW.plus({ days: index }));
		const isDrawn = (day: (typeof days)[number]) =>
			isPulseDay(day.setZone('America/Los_Angeles').toISODate() ?? '', {
				...pulse,
				marketplaceId: US,
			});
		const [today] = days.filter((day, index) => !isDrawn(day) && !isDrawn(days[index + 1] ?? day));
		const closing = today?.plus({ hours: 12 }).minus({ days: 30 }).toISO() ?? '';
		const orders = [orderOf(1, { earliestDelivery: closing, latestDelivery: closing }), orderOf(2)];
		const rows = planOf(orders, { pulse, now: today?.toMillis() });
		expect(rows).toMatchObject([
			{ decision: 'sendNow', pulse: { isPulseDay: false, forced: true } },
			{ decision: 'sendLater', pulse: { isPulseDay: true, forced: false } },
		]);
	});

	it('keeps its days for the others if an order is lost anyway or has to be early', () => {
		const days = Array.from({ length: 10 }, (_, index) => NOW.plus({ days: index }));
		const now = days
			.find(
				(day) =>
					!isPulseDay(day.setZone('America/Los_Angeles').toISODate() ?? '', {
						...pulse,
						marketplaceId: US,
					}),
			)
			?.toMillis();
		const usual = orderOf(1);
		const closed = orderOf(2, { earliestDelivery: daysAgo(60), latestDelivery: daysAgo(60) });
		expect(planOf([closed, usual], { pulse, now })).toMatchObject([
			{ reason: 'windowClosed', pulse: null },
			{ pulse: { isPulseDay: true, forced: false } },
		]);
		const campaigns = [{ name: 'Late', rules: { marketplaceIds: [DE] }, preferredDelayDays: 60 }];
		expect(
			planOf([orderOf(3, { marketplaceId: DE }), usual], { pulse, now, campaigns }),
		).toMatchObject([{ early: true }, { pulse: { isPulseDay: true, forced: false } }]);
	});

	it('sends nothing shortly before a day drawn that has to wait for it', () => {
		const zone = 'America/Los_Angeles';
		const isDrawn = (day: typeof NOW) =>
			isPulseDay(day.toISODate() ?? '', { ...pulse, marketplaceId: US });
		const days = Array.from({ length: 15 }, (_, index) => NOW.setZone(zone).plus({ days: index }));
		const next = days.find((day) => isDrawn(day) && !isDrawn(day.minus({ days: 1 })));
		const evening = next?.startOf('day').minus({ minutes: 30 }).toMillis();
		expect(planOf([orderOf(1)], { pulse, now: evening })).toMatchObject([
			{ decision: 'sendLater', sendAtLocal: next?.startOf('day').toISO() },
		]);
		expect(planOf([orderOf(1)], { now: evening })).toMatchObject([{ decision: 'sendNow' }]);
	});
});
