const ORDER_ID = /^\d{3}-\d{7}-\d{7}$/;

/** Whether the text is an Amazon order ID, e.g. `111-1234567-7654321`. */
export const isOrderId = (text: string): boolean => ORDER_ID.test(text);
