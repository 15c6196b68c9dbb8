import { readJson } from '../repository';
import { type Template } from '../../../checks/lib/templates';
import { SOON, type TemplateRig } from './rig/templateRig';

const TRIGGER = 'New negative feedback';

/** The demo with the trigger, which `npm start` imports into n8n and which needs no input. */
export function testDemoNotifyMe(rig: () => TemplateRig): void {
	test('the demo with the trigger, published unchanged, reports the feedback of the last 30 days', async () => {
		const demo = readJson<Template & { id?: string }>('demo/workflows/4-notify-me.json');
		const mails = rig().mail.to('me@example.com').length;
		const id = await rig().import(
			{ ...demo, ...{ id: undefined }, pinData: {} },
			{ [TRIGGER]: { pollTimes: SOON } },
		);

		await rig().activate(id);
		const { outputs, error } = await rig().firstExecution(id);
		await rig().deactivate(id);

		expect(error).toBeUndefined();
		const items = outputs[TRIGGER]?.[0] ?? [];
		expect(items.length).toBeGreaterThan(1);
		for (const { event } of items) expect(event).toBe('newNegativeFeedback');
		const texts = rig()
			.mail.to('me@example.com')
			.slice(mails)
			.map(({ text }) => text.replaceAll('\r\n', '\n').trim());
		expect(texts.toSorted()).toEqual(
			items.map(({ summary, orderUrl }) => `${String(summary)}\n\n${String(orderUrl)}`).toSorted(),
		);
	});
}
