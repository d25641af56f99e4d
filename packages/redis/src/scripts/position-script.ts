import { type LuaScript, luaScript } from './lua-script.ts'
import { ANNOUNCE, OPEN_LOG } from './open-log.ts'

/** Tells how far a log has come, and keeps its position alive. Arguments: those of {@link OPEN_LOG}. @returns epoch, seq, tag. */
export const POSITION: LuaScript = luaScript(
  OPEN_LOG,
  `
local epoch, seq, tag = openLog()
return { epoch, digits(seq), tag }
`,
)

/**
 * Begins a log anew, under another epoch, and announces it. Does nothing where there is none.
 *
 * Arguments: those of {@link OPEN_LOG}, 4 pub/sub mode, 5 pub/sub channel.
 *
 * @returns How many logs that were: 0 or 1.
 */
export const BEGIN_ANEW: LuaScript = luaScript(
  OPEN_LOG,
  ANNOUNCE,
  `
if redis.call('DEL', META) == 0 then return 0 end
local epoch, seq, tag = openLog()
announce(ARGV[4], ARGV[5], epoch .. ' ' .. digits(seq) .. ' ' .. tag)
return 1
`,
)
