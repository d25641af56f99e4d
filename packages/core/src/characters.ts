/** Code units that the syntax of event streams asks for, in a file of their own so that a bundler can put them in place. */
export const lineFeed = 0x0a
export const space = 0x20
export const colon = 0x3a
export const letterD = 0x64
export const letterE = 0x65
export const letterI = 0x69
export const letterR = 0x72
export const byteOrderMark = 0xfeff
