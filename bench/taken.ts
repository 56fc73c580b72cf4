/** What the sink answers to `report`. */
export interface Taken {
  readonly messages: number
  /** Epoch ms of the first and the last. */
  readonly first: number
  readonly last: number
  /** Different recipients; Message-IDs that came more than once. */
  readonly distinct: number
  readonly duplicated: number
  /** Of mails whose subject is `Receipt <epoch ms>`: how long after that moment each came (ms). */
  readonly receipts: readonly number[]
}
