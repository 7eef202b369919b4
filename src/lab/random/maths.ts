// The logarithm, the exponential function and the like, by additions, multiplications, divisions and square
// roots of doubles alone. ECMAScript and IEEE 754 fix the result of these to the last bit; the results of
// Math.log, Math.exp, Math.pow and Math.cos are the engine's own choice. So a seed gives the same bytes on
// every Node and in every browser. `log` and `exp` follow Sun's fdlibm.

const view: DataView = new DataView(new ArrayBuffer(8));

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** The natural logarithm of a positive, normal number. */
export function log(x: number): number {
  view.setFloat64(0, x);
  const high = view.getInt32(0);
  // x = 2^k * (1 + f) with sqrt(1/2) < 1 + f < sqrt(2)
  const shift = ((high & 0xfffff) + 0x95f64) & 0x100000;
  const k = (high >> 20) - 1023 + (shift >> 20);
  view.setInt32(0, (high & 0xfffff) | (shift ^ 0x3ff00000));
  const f = view.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + odd + even) + k * LN2_LOW) - f);
}

/** e to the power of a number from -700 to 700. */
export function exp(x: number): number {
  // x = k * ln 2 + r with |r| <= ln 2 / 2
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  view.setFloat64(0, y);
  view.setInt32(0, view.getInt32(0) + (k << 20));
  return view.getFloat64(0);
}

/** The cosine of a whole turn times `turns`, for `turns` from 0 to 1; the error is below 1e-9. */
export function cosineOfTurn(turns: number): number {
  // fold onto a quarter of a turn
  const half = turns > 0.5 ? 1 - turns : turns;
  const folded = half > 0.25 ? 0.5 - half : half;
  const x = folded * 6.283185307179586;
  const t = x * x;
  let sum = 1;
  for (let n = 16; n > 0; n -= 2) sum = 1 - (t / (n * (n - 1))) * sum;
  return half > 0.25 ? -sum : sum;
}

/**
 * The standard normal quantile of a probability in (0, 1), by Wichura's algorithm AS 241 (PPND7); the relative
 * error is below 1e-7.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
      (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    );
  }
  let r = Math.sqrt(-log(q < 0 ? p : 1 - p));
  let value: number;
  if (r <= 5) {
    r -= 1.6;
    value =
      (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) /
      ((0.12021132975 * r + 0.7370016425) * r + 1);
  } else {
    r -= 5;
    value =
      (((0.017337203997 * r + 0.42868294337) * r + 3.081226386) * r + 6.657905115) /
      ((0.012258202635 * r + 0.24197894225) * r + 1);
  }
  return q < 0 ? -value : value;
}
