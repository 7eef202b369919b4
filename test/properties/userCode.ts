/** User code: as text to be read, as the breaker gets it, and as the model does, which shares no code with the library. */
export interface UserCode<Ours, Model = Ours> {
  readonly text: string;
  readonly ours: Ours;
  readonly model: Model;
}

export const same = <F>(text: string, code: F): UserCode<F> => ({ text, ours: code, model: code });
