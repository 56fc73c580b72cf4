/** By code point, which is the order of the UTF-8 bytes that ClickHouse compares; UTF-16 units would sort emoji before U+E000. */
export function compareTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? astralLast(x) - astralLast(y) : x - y
  }
  return a.length - b.length
}

const astralLast = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000)
