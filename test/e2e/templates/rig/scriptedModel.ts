/** The next turn of a chat model: a text, or a tool call. */
export type Turn = string | { readonly tool: string; readonly input: object };

interface ToolOffer {
	readonly function: { readonly name: string; readonly description: string };
}

interface Message {
	readonly role: string;
	readonly content: unknown;
}

/** A language model behind OpenAI's chat API that follows the script of a test. */
export class ScriptedModel {
	script: Turn[] = [];

	/** The tools of the last request. */
	tools: ToolOffer['function'][] = [];

	/** The results of the tools it called, as sent to it. */
	readonly toolAnswers: string[] = [];

	answer(body: Readonly<Record<string, unknown>>): object {
		this.tools = ((body['tools'] ?? []) as ToolOffer[]).map((offer) => offer.function);
		const last = (body['messages'] as Message[]).at(-1);
		if (last?.role === 'tool') this.toolAnswers.push(String(last.content));
		const turn = this.script.shift() ?? 'I have nothing to say.';
		const message =
			typeof turn === 'string'
				? { role: 'assistant', content: turn }
				: {
						role: 'assistant',
						content: null,
						tool_calls: [
							{
								id: `call_${this.script.length}`,
								type: 'function',
								function: { name: turn.tool, arguments: JSON.stringify(turn.input) },
							},
						],
					};
		return {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			created: 1_700_000_000,
			model: body['model'],
			choices: [
				{ index: 0, message, finish_reason: typeof turn === 'string' ? 'stop' : 'tool_calls' },
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	}
}
