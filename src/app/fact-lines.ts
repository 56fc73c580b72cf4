/** The start of a fact as the pipeline writes it; its row follows as it is. */
const HEAD = /^\{"t":"([a-z_]+)","p":(\d+),"s":(\d+),"i":(\d+),"r":\{/

/** JSONEachRow lines by table, without reading the rows. Throws on a line of another shape. */
export function linesByTable(texts: readonly string[]): Map<string, string[]> {
  const tables = new Map<string, string[]>()
  for (const text of texts) {
    // Only \n parts lines: a row may hold other line separators, such as U+2028.
    for (const fact of text.split('\n')) {
      const head = HEAD.exec(fact)
      if (!head) throw new Error(`not a fact: ${fact.slice(0, 80)}`)
      const [start, table, partition, seq, ix] = head
      const line = `{"partition":${partition},"seq":${seq},"ix":${ix},${fact.slice(start.length, -1)}`
      const lines = tables.get(table!)
      if (lines) lines.push(line)
      else tables.set(table!, [line])
    }
  }
  return tables
}
