/** When whom was sent which message: everything that follows is counted by the time of the send (documented for conversions). */
export interface Sends {
  add(message: string, profile: string, at: number): void;
  /** The latest send of the message to the person that is not after `at`. */
  latest(message: string, profile: string, at: number): number | undefined;
}

/** Most people get a message once, so one time stands for itself. Times are added in order. */
export function createSends(): Sends {
  const messages = new Map<string, Map<string, number | number[]>>();
  return {
    add(message, profile, at) {
      const people = messages.get(message) ?? new Map<string, number | number[]>();
      messages.set(message, people);
      const before = people.get(profile);
      people.set(profile, before === undefined ? at : [before, at].flat());
    },
    latest(message, profile, at) {
      const times = messages.get(message)?.get(profile);
      return [times ?? []].flat().findLast((time) => time <= at);
    },
  };
}
