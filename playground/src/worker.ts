/**
 * All workers of the page are this one script, so that the browser loads what they share once: the first message says
 * whether it answers questions about the language, generates code or solves. Messages that come before it is ready are kept.
 */
import { loadLibrary } from './package.js';

export type Role = 'language' | 'generate' | 'run';

type Handler = (data: unknown) => void;

const roles: Readonly<Record<Role, () => Promise<{ readonly handle: Handler }>>> = {
  language: () => import('./language_role.js'),
  generate: () => import('./generate_role.js'),
  run: () => import('./run_role.js'),
};

const early: unknown[] = [];
let handle: Handler = (data) => void early.push(data);

async function begin(role: Role): Promise<void> {
  const [chosen] = await Promise.all([roles[role](), loadLibrary()]);
  ({ handle } = chosen);
  for (const data of early.splice(0)) handle(data);
}

addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (typeof data === 'object' && data !== null && 'role' in data) void begin(data.role as Role);
  else handle(data);
});
