import type { TemplateRig } from './templateRig';

/** What is given to a field of a form. */
export type FormAnswer = string | { readonly fileName: string; readonly content: string };

/** What n8n answered to a form that was sent. */
export interface FormResponse {
	/** 200 makes the page say that all is well, another that there was a problem. */
	readonly status: number;
	/** The page with the form, what it says afterwards included. */
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
		`/rest/workflows/${workflowId}`,
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
	await rig.n8n.post(`/rest/workflows/${workflowId}/run`, {
		triggerToStartFrom: { name: formNode },
	});
	return await fillInForm(rig, workflowId, formNode, answers, 'form-test');
}
