/** Where things run: the account, the simulated market, ports, Temporal and PostgreSQL. */
import { choice, decimal, symbolList, text, utcTime, whole } from './settings.ts';

export const general = {
  mode: choice('Which account is traded', ['paper'], 'paper'),
  symbols: symbolList('Symbols that are started', ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']),
  data_dir: text('Embedded databases, logs and journals, from the working directory', /\S/, {
    range: 'a path',
    default: '.tidegate',
  }),
  bind_address: text('Address that every server listens on', /^[0-9a-fA-F.:]+$/, {
    range: 'an IP address',
    default: '127.0.0.1',
  }),
};

export const account = {
  name: text('Name of the paper account', /^[a-z][a-z0-9-]{0,31}$/, {
    range: 'lower-case letters, digits and hyphens, at most 32',
    default: 'paper',
  }),
  balance_usdt: decimal('Opening balance of a new paper account', {
    min: 10,
    max: 1_000_000_000,
    default: 10_000,
  }),
};

export const market = {
  source: choice(
    'Where the paper venue takes its market from: made by a seed, or recorded bars',
    ['synthetic', 'replay'],
    'synthetic',
  ),
  speed: decimal('Market seconds per wall second until market time has caught up', {
    min: 0.1,
    max: 10_000,
    default: 60,
  }),
  seed: whole('Seed of the synthetic market', { min: 0, max: 4_294_967_295, default: 1 }),
  start_before_h: decimal('How long before now a new synthetic market begins (market time)', {
    min: 0,
    max: 8_760,
    default: 24,
  }),
  replay_dir: text('Folder of recorded bars: one file a symbol, with its name in it', /^$|\S/, {
    range: 'empty, or a path',
    default: '',
  }),
  replay_from: utcTime(
    'Where a new replay begins (market time); empty: after a week of the files, at most in their middle',
  ),
  replay_to: utcTime(
    'Bars that open then or later are not replayed (market time); empty: until the files end',
  ),
};

/** One of `market.replay_files`, by symbol; before what `market.replay_dir` has. */
export const replayFile = text('CSV of recorded bars of the symbol, plain or .gz', /\S/, {
  range: 'a path, under a venue symbol such as BTCUSDT',
  default: '',
});

const port = (description: string, byDefault: number) =>
  whole(description, { min: 1, max: 65_535, default: byDefault });

export const ports = {
  api: port('REST, WebSocket and dashboard', 8000),
  venue: port('Paper venue', 8010),
  venue_admin: port('Faults of the paper venue', 8011),
  temporal: port('Embedded Temporal', 7233),
  temporal_ui: port('Temporal Web UI', 8233),
  postgres: port('Embedded PostgreSQL', 5433),
};

export const temporal = {
  address: text(
    'A Temporal server of your own; empty starts the embedded one',
    /^$|^[^\s/]+:\d+$/,
    {
      range: 'empty, or host:port',
      default: '',
    },
  ),
  namespace: text('Temporal namespace', /^[\w.-]{2,255}$/, {
    range: 'letters, digits, dot, hyphen and underscore',
    default: 'default',
  }),
};

export const postgres = {
  url: text('A PostgreSQL of your own; empty starts the embedded one', /^$|^postgres(ql)?:\/\//, {
    range: 'empty, or postgres://user:password@host:port/database',
    default: '',
    secret: true,
  }),
};
