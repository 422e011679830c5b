export type CheckCode = string;
