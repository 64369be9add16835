/**
 * Text to objects and back: manifests in YAML and JSON with a map from field path to line and column, dumps of real clusters, and
 * the CSV files of the openb cluster. Nothing here knows the cluster; whoever has text (the host, the command line, the editor) comes here.
 */
export { readManifests, type ManifestDocument, type ManifestProblem, type Manifests, type ManifestSource, type Position, type ReadOptions } from './read'
export { writeYaml } from './write'
export { cameFromCluster, importDump, kindInReport, type DumpProblem, type DumpReport, type ImportedDump, type ImportOptions } from './import'
