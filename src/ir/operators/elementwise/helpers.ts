/**
 * Source text of the scalar functions that JavaScript lacks. The same text is compiled for the interpreter and
 * printed into emitted programs.
 */
import type { HelperFunction } from './lowering.js';

function helper(
  name: string,
  parameters: readonly string[],
  body: string,
  calls: readonly HelperFunction[] = [],
): HelperFunction {
  return { name, parameters, body, calls };
}

/** c0 + x * (c1 + x * (c2 + ...)) as text. */
function horner(variable: string, coefficients: readonly string[]): string {
  const [first, ...rest] = coefficients;
  if (first === undefined) return '0';
  return rest.length === 0 ? first : `${first} + ${variable} * (${horner(variable, rest)})`;
}

/** Ties go to the even neighbour. */
export const roundHalfEven = helper(
  'roundHalfEven',
  ['x'],
  `  const lower = Math.floor(x);
  const rest = x - lower;
  if (rest < 0.5) return lower;
  if (!(rest <= 0.5)) return lower + 1;
  return lower % 2 === 0 ? lower : lower + rest * 2;`,
);

/** The remainder with the sign of the divisor. */
export const floorModulo = helper(
  'floorModulo',
  ['x', 'y'],
  `  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;`,
);

export const sigmoid = helper(
  'sigmoid',
  ['x'],
  `  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);`,
);

export const softplus = helper(
  'softplus',
  ['x'],
  '  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));',
);

export const logSigmoid = helper(
  'logSigmoid',
  ['x'],
  '  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));',
);

const erfSmallNumerator = [
  '1.28379167095512558561e-1',
  '-3.25042107247001499370e-1',
  '-2.84817495755985104766e-2',
  '-5.77027029648944159157e-3',
  '-2.37630166566501626084e-5',
];
const erfSmallDenominator = [
  '1',
  '3.97917223959155352819e-1',
  '6.50222499887672944485e-2',
  '5.08130628187576562776e-3',
  '1.32494738004321644526e-4',
  '-3.96022827877536812320e-6',
];
const erfMiddleNumerator = [
  '-2.36211856075265944077e-3',
  '4.14856118683748331666e-1',
  '-3.72207876035701323847e-1',
  '3.18346619901161753674e-1',
  '-1.10894694282396677476e-1',
  '3.54783043256182359371e-2',
  '-2.16637559486879084300e-3',
];
const erfMiddleDenominator = [
  '1',
  '1.06420880400844228286e-1',
  '5.40397917702171048937e-1',
  '7.18286544141962662868e-2',
  '1.26171219808761642112e-1',
  '1.36370839120290507362e-2',
  '1.19844998467991074170e-2',
];
const erfcLargeNumerator = [
  '-9.86494403484714822705e-3',
  '-6.93858572707181764372e-1',
  '-1.05586262253232909814e1',
  '-6.23753324503260060396e1',
  '-1.62396669462573470355e2',
  '-1.84605092906711035994e2',
  '-8.12874355063065934246e1',
  '-9.81432934416914548592',
];
const erfcLargeDenominator = [
  '1',
  '1.96512716674392571292e1',
  '1.37657754143519042600e2',
  '4.34565877475229228821e2',
  '6.45387271733267880336e2',
  '4.29008140027567833386e2',
  '1.08635005541779435134e2',
  '6.57024977031928170135',
  '-6.04244152148580987438e-2',
];
const erfcTailNumerator = [
  '-9.86494292470009928597e-3',
  '-7.99283237680523006574e-1',
  '-1.77579549177547519889e1',
  '-1.60636384855821916062e2',
  '-6.37566443368389627722e2',
  '-1.02509513161107724954e3',
  '-4.83519191608651397019e2',
];
const erfcTailDenominator = [
  '1',
  '3.03380607434824582924e1',
  '3.25792512996573918826e2',
  '1.53672958608443695994e3',
  '3.19985821950859553908e3',
  '2.55305040643316442583e3',
  '4.74528541206955367215e2',
  '-2.24409524465858183362e1',
];

/** erfc(x) for x >= 1.25, as in FreeBSD's msun (Sun Microsystems, 1993). */
const erfcTail = helper(
  'erfcTail',
  ['x'],
  `  if (x > 28) return 0;
  const s = 1 / (x * x);
  const ratio =
    x < 2.857142857142857
      ? (${horner('s', erfcLargeNumerator)}) / (${horner('s', erfcLargeDenominator)})
      : (${horner('s', erfcTailNumerator)}) / (${horner('s', erfcTailDenominator)});
  const z = Math.fround(x);
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + ratio)) / x;`,
);

/** erf, as in FreeBSD's msun. */
export const erf = helper(
  'erf',
  ['x'],
  `  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    return x + (x * (${horner('z', erfSmallNumerator)})) / (${horner('z', erfSmallDenominator)});
  }
  if (a < 1.25) {
    const s = a - 1;
    const r = 8.45062911510467529297e-1 + (${horner('s', erfMiddleNumerator)}) / (${horner('s', erfMiddleDenominator)});
    return x < 0 ? -r : r;
  }
  const tail = erfcTail(a);
  return x < 0 ? tail - 1 : 1 - tail;`,
  [erfcTail],
);

/** 1 - erf without cancellation. */
export const erfc = helper(
  'erfc',
  ['x'],
  `  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    const y = (${horner('z', erfSmallNumerator)}) / (${horner('z', erfSmallDenominator)});
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (a < 1.25) {
    const s = a - 1;
    const r = (${horner('s', erfMiddleNumerator)}) / (${horner('s', erfMiddleDenominator)});
    return x < 0 ? 1 + (8.45062911510467529297e-1 + r) : 1 - 8.45062911510467529297e-1 - r;
  }
  return x < 0 ? 2 - erfcTail(a) : erfcTail(a);`,
  [erfcTail],
);

const lgammaNearTwo = [
  '7.72156649015328655494e-2',
  '6.73523010531292681824e-2',
  '7.38555086081402883957e-3',
  '1.19270763183362067845e-3',
  '2.20862790713908385557e-4',
  '2.52144565451257326939e-5',
];
const lgammaNearTwoOdd = [
  '3.22467033424113591611e-1',
  '2.05808084325167332806e-2',
  '2.89051383673415629091e-3',
  '5.10069792153511336608e-4',
  '1.08011567247583939954e-4',
  '4.48640949618915160150e-5',
];
const lgammaMinimum = [
  '4.83836122723810047042e-1',
  '-1.47587722994593911752e-1',
  '6.46249402391333854778e-2',
  '-3.27885410759859649565e-2',
  '1.79706750811820387126e-2',
  '-1.03142241298341437450e-2',
  '6.10053870246291332635e-3',
  '-3.68452016781138256760e-3',
  '2.25964780900612472250e-3',
  '-1.40346469989232843813e-3',
  '8.81081882437654011382e-4',
  '-5.38595305356740546715e-4',
  '3.15632070903625950361e-4',
  '-3.12754168375120860518e-4',
  '3.35529192635519073543e-4',
];
const lgammaNearOneNumerator = [
  '-7.72156649015328655494e-2',
  '6.32827064025093366517e-1',
  '1.45492250137234768737',
  '9.77717527963372745603e-1',
  '2.28963728064692451092e-1',
  '1.33810918536787660377e-2',
];
const lgammaNearOneDenominator = [
  '1',
  '2.45597793713041134822',
  '2.12848976379893395361',
  '7.69285150456672783825e-1',
  '1.04222645593369134254e-1',
  '3.21709242282423911810e-3',
];
const lgammaMiddleNumerator = [
  '-7.72156649015328655494e-2',
  '2.14982415960608852501e-1',
  '3.25778796408930981787e-1',
  '1.46350472652464452805e-1',
  '2.66422703033638609560e-2',
  '1.84028451407337715652e-3',
  '3.19475326584100867617e-5',
];
const lgammaMiddleDenominator = [
  '1',
  '1.39200533467621045958',
  '7.21935547567138069525e-1',
  '1.71933865632803078993e-1',
  '1.86459191715652901344e-2',
  '7.77942496381893596434e-4',
  '7.32668430744625636189e-6',
];
const lgammaStirling = [
  '8.33333333333329678849e-2',
  '-2.77777777728775536470e-3',
  '7.93650558643019558500e-4',
  '-5.95187557450339963135e-4',
  '8.36339918996282139126e-4',
  '-1.63092934096575273989e-3',
];

/** log|gamma(x)| for x > 0, as in FreeBSD's msun; only the three expansions around 1, 1.46 and 2 keep relative accuracy there. */
const lgammaPositive = helper(
  'lgammaPositive',
  ['x'],
  `  if (x < 1e-19) return -Math.log(x);
  if (x < 2) {
    let shift = 0;
    let part = 0;
    let y = 0;
    if (x <= 0.9) {
      shift = -Math.log(x);
      if (x >= 0.7316) {
        y = 1 - x;
      } else if (x >= 0.23164) {
        y = x - 0.46163214496836236;
        part = 1;
      } else {
        y = x;
        part = 2;
      }
    } else if (x >= 1.7316) {
      y = 2 - x;
    } else if (x >= 1.23) {
      y = x - 1.4616321449683622;
      part = 1;
    } else {
      y = x - 1;
      part = 2;
    }
    if (part === 0) {
      const z = y * y;
      const even = ${horner('z', lgammaNearTwo)};
      const odd = z * (${horner('z', lgammaNearTwoOdd)});
      return shift + (y * even + odd - 0.5 * y);
    }
    if (part === 1) {
      return shift + (-1.21486290535849611461e-1 + y * y * (${horner('y', lgammaMinimum)}));
    }
    return shift + (-0.5 * y + (y * (${horner('y', lgammaNearOneNumerator)})) / (${horner('y', lgammaNearOneDenominator)}));
  }
  if (x < 8) {
    const whole = Math.floor(x);
    const y = x - whole;
    let product = 1;
    for (let k = 2; k < whole; k += 1) product *= y + k;
    const r = 0.5 * y + (y * (${horner('y', lgammaMiddleNumerator)})) / (${horner('y', lgammaMiddleDenominator)});
    return whole === 2 ? r : r + Math.log(product);
  }
  if (x > 1e300) return x * (Math.log(x) - 1);
  const z = 1 / x;
  const w = z * z;
  return (x - 0.5) * (Math.log(x) - 1) + (4.18938533204672725052e-1 + z * (${horner('w', lgammaStirling)}));`,
);

/** log|gamma(x)|; infinite at 0, -1, -2, ... */
export const lgamma = helper(
  'lgamma',
  ['x'],
  `  if (x > 0) return lgammaPositive(x);
  if (x !== x) return x;
  if (x === Math.floor(x)) return Infinity;
  const rest = -x - Math.floor(-x);
  return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * rest) * x)) - lgammaPositive(-x);`,
  [lgammaPositive],
);

/** Upward recurrence to 10, then the asymptotic series; reflection below 0. */
export const digamma = helper(
  'digamma',
  ['x'],
  `  let shift = 0;
  let y = x;
  if (y <= 0) {
    if (y === Math.floor(y)) return NaN;
    shift = -Math.PI / Math.tan(Math.PI * (y - Math.round(y)));
    y = 1 - y;
  }
  while (y < 10) {
    shift -= 1 / y;
    y += 1;
  }
  const z = 1 / (y * y);
  const series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760 - z * (1 / 12 - z * (3617 / 8160))))))));
  return shift + (Math.log(y) - 0.5 / y - series);`,
);

/** The derivative of digamma: upward recurrence to 12, then the asymptotic series; reflection below 0. */
export const trigamma = helper(
  'trigamma',
  ['x'],
  `  let shift = 0;
  let y = x;
  let sign = 1;
  if (y <= 0) {
    if (y === Math.floor(y)) return Infinity;
    const sine = Math.sin(Math.PI * (y - Math.round(y)));
    shift = (Math.PI * Math.PI) / (sine * sine);
    y = 1 - y;
    sign = -1;
  }
  let sum = 0;
  while (y < 12) {
    sum += 1 / (y * y);
    y += 1;
  }
  const z = 1 / (y * y);
  const series = 1 / 6 - z * (1 / 30 - z * (1 / 42 - z * (1 / 30 - z * (5 / 66 - z * (691 / 2730 - z * (7 / 6 - z * (3617 / 510)))))));
  return shift + sign * (sum + (1 / y + 0.5 * z + (z / y) * series));`,
);
