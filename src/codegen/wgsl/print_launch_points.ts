/**
 * A launch in the form "points": a thread takes a point of the outer loops and does all inner stages alone. What
 * depends on no loop is computed by every thread, before.
 */
import type { Launch } from '../../ir/nest.js';
import { DeviceLaunchPrinter } from './device_launch.js';
import type { PrintedLaunch } from './device_launch.js';
import type { ModuleText } from './module_text.js';

export function printPoints(launch: Launch, module: ModuleText): PrintedLaunch | undefined {
  return new PointsPrinter(launch, module).printed();
}

class PointsPrinter extends DeviceLaunchPrinter {
  protected readonly kind = 'points';
}
