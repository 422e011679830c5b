/** When a value is known: once for the program, once the data is read, or only when parameters have values. */
import { childrenOf } from './traverse.js';
import type { Level, Session } from './session.js';
import type { TypedExpression, TypedFunction, ValueSymbol } from './typed.js';

const order: readonly Level[] = ['constant', 'data', 'parameter'];

function later(a: Level, b: Level): Level {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function levelOf(session: Session, typed: TypedExpression): Level {
  let level: Level = 'constant';
  switch (typed.kind) {
    case 'reference':
      return levelOfSymbol(session, typed.symbol);
    case 'raw':
      return 'data';
    case 'draw':
      if (typed.path !== undefined) return 'parameter';
      break;
    case 'call':
      level = levelOfFunction(session, typed.function);
      break;
    case 'function_value':
      return typed.target.kind === 'function' ? levelOfFunction(session, typed.target.function) : 'constant';
    case 'derivative':
      level = levelOfSymbol(session, typed.variable);
      break;
    default:
  }
  for (const child of childrenOf(typed)) level = later(level, levelOf(session, child));
  return level;
}

export function levelOfSymbol(session: Session, symbol: ValueSymbol): Level {
  return session.levels.get(symbol) ?? 'constant';
}

function levelOfFunction(session: Session, target: TypedFunction): Level {
  let level = session.functionLevels.get(target);
  if (level === undefined) {
    level = levelOf(session, target.body);
    session.functionLevels.set(target, level);
  }
  return level;
}

/** The first reference to a parameter in an expression, to name it in a message. */
export function parameterIn(session: Session, typed: TypedExpression): ValueSymbol | undefined {
  if (typed.kind === 'reference' && levelOfSymbol(session, typed.symbol) === 'parameter') return typed.symbol;
  for (const child of childrenOf(typed)) {
    const found = parameterIn(session, child);
    if (found !== undefined) return found;
  }
  return undefined;
}
