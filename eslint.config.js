import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const pure = [
  { name: 'Date', message: 'The engine has virtual time only: ask the context.' },
  { name: 'performance', message: 'The engine has virtual time only: ask the context.' },
  { name: 'setTimeout', message: 'What waits is data: schedule a kernel event.' },
  { name: 'setInterval', message: 'What waits is data: schedule a kernel event.' },
  { name: 'queueMicrotask', message: 'What waits is data: schedule a kernel event.' },
  { name: 'crypto', message: 'Chance comes from the seeded stream of the context.' },
  { name: 'console', message: 'The engine speaks through the trace.' },
  { name: 'fetch', message: 'The engine knows no network.' },
  { name: 'process', message: 'The engine knows no Node.' },
  { name: 'globalThis', message: 'Nothing hangs on a global.' },
]

export default tseslint.config(
  { ignores: ['dist/**', '.cache/**', 'node_modules/**', 'src/api/types.ts', 'public/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-empty-object-type': 'off',
      eqeqeq: 'error',
      // Readers of hostile text name control characters on purpose.
      'no-control-regex': 'off',
      'no-restricted-syntax': ['error',
        { selector: 'ExportAllDeclaration:not([exportKind="type"])', message: 'Name what a room shows.' },
        { selector: "CallExpression[callee.property.name='localeCompare']", message: 'It differs between machines: compareText.' },
      ],
    },
  },
  {
    // The second fence: no wall clock, no ambient chance, no outside world.
    files: ['src/base/**/*.ts', 'src/engine/**/*.ts', 'src/manifest/**/*.ts', 'src/scenarios/**/*.ts', 'src/protocol/**/*.ts'],
    ignores: ['**/*.test.ts', '**/testing/**'],
    rules: {
      'no-restricted-globals': ['error', ...pure],
      'no-restricted-properties': ['error',
        { object: 'Math', property: 'random', message: 'Chance comes from the seeded stream of the context.' },
        { object: 'Math', property: 'log', message: 'Differs from Go in the last bit: use ln of base.' },
      ],
    },
  },
  { files: ['src/ui/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  // Speaks of the React compiler, which is not used here.
  { files: ['src/ui/**/*.{ts,tsx}'], rules: { 'react-hooks/incompatible-library': 'off' } },
  {
    files: ['scripts/**/*.mjs', '*.config.{js,ts}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' } },
  },
)
