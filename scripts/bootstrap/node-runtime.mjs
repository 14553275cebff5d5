/** Finds the Node that runs Tidegate: the pinned one from npm, else the running one if it is new enough. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Unmet } from './run-command.mjs';

const NODE_MAJOR_MIN = 24;

/** Path of a Node of at least the pinned major. */
export function findNode(root) {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const pinned = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', executable);
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  throw new Unmet(
    `Tidegate runs on Node ${NODE_MAJOR_MIN} or later, and this is Node ${process.versions.node}. ` +
      `npm has no pinned Node for ${process.platform} ${process.arch}: ` +
      `install Node ${NODE_MAJOR_MIN} (https://nodejs.org) and run the command again.`,
  );
}

/** Our environment with the project's tools and that Node first on PATH. */
export function environmentFor(root, node, extra = {}) {
  const folders = [join(root, 'node_modules', '.bin'), join(node, '..'), process.env.PATH ?? ''];
  return { ...process.env, ...extra, PATH: folders.join(delimiter) };
}
