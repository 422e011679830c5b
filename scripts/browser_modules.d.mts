/** Types of what the build and the playground share. */
export const replacedModules: RegExp;
export function replacement(file: string): string;
export const browserAliases: Readonly<Record<string, string>>;
export function browserConstants(root: string): Record<string, string>;
