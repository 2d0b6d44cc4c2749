/** For tests that send more messages, and more wrong codes, than the budgets of messages and sums would let through. */
export const NO_SEND_LIMITS = `
  sends_at_once: { tries: 1000000 }
  sends: { tries: 1000000 }
  sends_a_day: { tries: 1000000 }
  stranger_sends: { tries: 1000000 }
  stranger_sends_a_day: { tries: 1000000 }
  recovery_sends: { tries: 1000000 }
  code_failures: { tries: 1000000 }
`;
