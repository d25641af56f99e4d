import { defineHub } from '@millrace/next'
import { redisBackplane } from '@millrace/redis'

// In the memory of this process, or in the Redis that REDIS_URL names, so that many processes share every channel.
defineHub(() => {
  const url = process.env['REDIS_URL']
  // What was said in a room is there for a day.
  const history = { maxAgeMs: 86_400_000 }
  if (!url) return { history }
  return {
    history,
    backplane: redisBackplane({
      url,
      prefix: 'millrace-demo',
      onStateChange: (state) => console.log(`Redis is ${state}`),
    }),
  }
})
