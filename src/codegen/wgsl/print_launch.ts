/** A launch as device functions: which form it takes is decided here. */
import type { Span } from '../../parser/source.js';
import type { Launch } from '../../ir/nest.js';
import type { DeviceFunction } from './device_function.js';
import type { ModuleText } from './module_text.js';
import { chooseForm } from './launch_form.js';
import type { PrintedLaunch } from './device_launch.js';
import { printPoints } from './print_launch_points.js';
import { printScatter } from './print_launch_scatter.js';
import { printTeams } from './print_launch_teams.js';

export function printLaunch(launch: Launch, module: ModuleText): readonly DeviceFunction[] {
  const printed = printForm(launch, module);
  if (printed === undefined) return [];
  return [{ ...printed, name: module.fresh(nameOf(launch)), span: spanOf(launch) }];
}

function printForm(launch: Launch, module: ModuleText): PrintedLaunch | undefined {
  if (launch.units.some(({ kind }) => kind.kind === 'scatter')) return printScatter(launch, module);
  return chooseForm(launch, module.profile) === 'teams'
    ? printTeams(launch, module)
    : printPoints(launch, module);
}

/** The label of the last unit that has one: earlier ones led to it. */
function nameOf({ units }: Launch): string {
  const labelled = units.filter(({ node }) => node.label !== undefined).at(-1);
  const last = labelled ?? units.at(-1);
  return last?.place.label ?? 'launch';
}

/** The source place of the last unit that has one. */
function spanOf({ units }: Launch): Span | undefined {
  return units.filter(({ node }) => node.span !== undefined).at(-1)?.node.span;
}
