import type { TemplateRig } from './templateRig';

/** The input for a field of a form. */
export type FormAnswer = string | { readonly fileName: string; readonly content: string };

/** n8n's response to a submitted form. */
export interface FormResponse {
	/** 200 means that the page reports success, another status that it reports a problem. */
	readonly status: number;
	/** The page with the form, including what it says afterwards. */
	readonly page: string;
}

/**
 * Fills in an active workflow's form as a browser does, as soon as n8n has opened it.
 * @param answers in the order of the form's fields
 */
export async function fillInForm(
	rig: TemplateRig,
	workflowId: string,
	formNode: string,
	answers: readonly FormAnswer[],
	kind: 'form' | 'form-test' = 'form',
): Promise<FormResponse> {
	const { nodes } = await rig.n8n.get<{ nodes: Array<{ name: string; webhookId: string }> }>(
		`workflows/${workflowId}`,
	);
	const form = nodes.find(({ name }) => name === formNode);
	const url = `${rig.n8n.url}/${kind}/${form?.webhookId}`;
	const page = await rig.until('open form', async () => {
		const opened = await fetch(url);
		return opened.ok ? await opened.text() : undefined;
	});
	const body = new FormData();
	for (const [index, answer] of answers.entries()) {
		const field = `field-${index}`;
		if (typeof answer === 'string') body.set(field, answer);
		else body.set(field, new Blob([answer.content], { type: 'text/plain' }), answer.fileName);
	}
	const { status } = await fetch(url, { method: 'POST', body });
	return { status, page };
}

/** Fills in the form that a click on "Execute workflow" in the editor opens. */
export async function tryForm(
	rig: TemplateRig,
	workflowId: string,
	formNode: string,
	answers: readonly FormAnswer[],
): Promise<FormResponse> {
	await rig.n8n.post(`workflows/${workflowId}/run`, {
		triggerToStartFrom: { name: formNode },
	});
	return await fillInForm(rig, workflowId, formNode, answers, 'form-test');
}
