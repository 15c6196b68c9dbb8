import { Random } from '../random';
import type { Habits } from '../habits';
import type { WorldFeedback } from './types';
import { isPhrase } from './text';

/**
 * One of the world's own texts as a person would type it: with a line break, sometimes a tab, in
 * place of a space. Texts written by a test stay as they are.
 */
function typed(text: string, seed: string, habits: Habits): string {
	if (!isPhrase(text)) return text;
	const random = new Random(`${seed}/typed`);
	const lines = random.chance(0.4) && habits.lineBreaksInComments;
	const lineBreak = random.pick(['\n', '\r\n', '\n\n']);
	const tab = random.chance(0.2) && habits.tabsInComments;
	const broken = lines ? breakAt(text, lineBreak, random.next()) : text;
	return tab ? breakAt(broken, '\t', random.next()) : broken;
}

/** Puts the break in place of a space or, without one, between two characters. */
function breakAt(text: string, lineBreak: string, where: number): string {
	const blanks = [...text.matchAll(/ /g)].map(({ index }) => index);
	const middle = Math.floor(text.length / 2);
	const at = blanks[Math.floor(where * blanks.length)];
	return at === undefined
		? text.slice(0, middle) + lineBreak + text.slice(middle)
		: text.slice(0, at) + lineBreak + text.slice(at + 1);
}

/** Feedback as in Amazon's report: line breaks and tabs are kept or replaced with spaces. */
export function asReported(feedback: WorldFeedback, habits: Habits): WorldFeedback {
	const { orderId } = feedback;
	const shown = (text: string, what: string) => {
		const whole = typed(text, `${orderId}/${what}`, habits);
		const { lineBreaksInComments, tabsInComments } = habits;
		if (!lineBreaksInComments && !tabsInComments) return whole.replace(/[\t\r\n]+/g, ' ');
		const lines = lineBreaksInComments ? whole : whole.replace(/[\r\n]+/g, ' ');
		return tabsInComments ? lines : lines.replace(/\t+/g, ' ');
	};
	return {
		...feedback,
		comment: shown(feedback.comment, 'comment'),
		response: shown(feedback.response, 'response'),
	};
}
