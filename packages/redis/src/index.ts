export type { RedisBackplaneOptions, RedisBackplaneSettings, RedisSource } from './backplane-options.ts'
export type { RedisClient } from './client/redis-client.ts'
export { redisBackplane } from './redis-backplane.ts'
export { type SetNewEpochsOptions, setNewEpochs } from './set-new-epochs.ts'
