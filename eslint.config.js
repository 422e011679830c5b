import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';

/** Which folders of `src/` a folder may not import from: parser <- check <- ir <- codegen, and runtime alone. */
const forbidden = {
  parser: ['check', 'bind', 'ir', 'codegen', 'runtime', 'explain', 'editor', 'cli'],
  check: ['bind', 'ir', 'codegen', 'runtime', 'explain', 'cli'],
  ir: ['bind', 'codegen', 'runtime', 'explain', 'cli'],
  codegen: ['check', 'bind', 'explain', 'cli'],
  runtime: ['parser', 'check', 'bind', 'ir', 'codegen', 'explain', 'cli'],
  bind: ['ir', 'codegen', 'explain', 'cli'],
  explain: ['editor', 'cli'],
  editor: ['bind', 'codegen', 'cli'],
};

const importDirections = Object.entries(forbidden).map(([folder, others]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${others.join('|')})/`,
            message: `src/${folder}/ comes before ${others.join(', ')} in the pipeline.`,
          },
        ],
      },
    ],
  },
}));

export default defineConfig(
  { ignores: ['dist/', 'out/', 'node_modules/', 'bench/peers/', '**/golden/', 'test/**/fixtures/'] },
  eslint.configs.recommended,
  typescript.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] } } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-control-regex': 'off',
      // A walk up the parents of `this` starts with an alias of it.
      '@typescript-eslint/no-this-alias': 'off',
    },
  },
  // In a test a wrong assertion is a failed test, which is what it should be.
  { files: ['test/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['examples/embedding/{page,editor}/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'addEventListener',
          'AbortController',
          'clearTimeout',
          'document',
          'postMessage',
          'setTimeout',
          'Worker',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  ...importDirections,
);
