/** The operation in words; with its resource where the operation does not say it. */
export const operationSubtitle =
	'={{ ($parameter["operation"] + ($parameter["operation"].startsWith("get") ? ": " + $parameter["resource"] : "")).replace(/[A-Z]/g, (capital) => " " + capital.toLowerCase()) }}';
