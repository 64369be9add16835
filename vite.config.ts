import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { kubernetesDescriptions } from './scripts/kubernetes-descriptions.ts'

export default defineConfig({
  // Relative addresses: the build works from any sub-path of any static host.
  base: './',
  plugins: [react(), kubernetesDescriptions()],
  resolve: {
    // monaco-yaml's worker helper still asks for a path that monaco-editor 0.56 took away.
    alias: [{ find: /^monaco-editor\/esm\/vs\/(.*)$/, replacement: 'monaco-editor/$1' }],
  },
  optimizeDeps: {
    rolldownOptions: {
      resolve: { alias: { 'monaco-editor/esm/vs/editor/editor.worker.js': 'monaco-editor/editor/editor.worker.js' } },
    },
  },
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 4_000 },
})
