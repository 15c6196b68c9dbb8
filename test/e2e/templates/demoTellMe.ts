import { readJson } from '../n8nProcess';
import { SOON, type Template, type TemplateRig } from './rig/templateRig';

const TRIGGER = 'New negative feedback';

/** The demo with the trigger, which `npm start` puts into n8n and nobody has to fill in. */
export function testDemoTellMe(rig: () => TemplateRig): void {
	test('the demo with the trigger, published as it is, tells what came in the last 30 days', async () => {
		const demo = readJson<Template>('demo/workflows/4-tell-me.json');
		const id = await rig().import({ ...demo, pinData: {} }, { [TRIGGER]: { pollTimes: SOON } });

		await rig().activate(id);
		const { outputs, error } = await rig().firstExecution(id);
		await rig().deactivate(id);

		expect(error).toBeUndefined();
		const told = outputs[TRIGGER]?.[0] ?? [];
		expect(told.length).toBeGreaterThan(1);
		for (const { event } of told) expect(event).toBe('newNegativeFeedback');
		expect(outputs['Put a channel here']?.[0]).toEqual(
			told.map(({ summary }) => ({ message: summary })),
		);
	});
}
