/** Index of the largest; ties go to the lowest. */
export function largest(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** Exploration falls with what is known: γ = g0 √n, where n is the number of rewards learned. */
export const gammaOf = (n: number, g0 = 20): number => g0 * Math.sqrt(Math.max(0, n))

/**
 * Probabilities of SquareCB (Foster and Rakhlin 2020) for predicted rewards on the scale [0, 1]: 1 / (K + γ (f* - f)) for all but the best,
 * which gets the rest. Exact, so that what follows from a choice can be weighed later.
 */
export function squarecb(predicted: ArrayLike<number>, gamma: number): Float64Array {
  const count = predicted.length
  const best = largest(predicted)
  const made = new Float64Array(count)
  let rest = 1
  for (let i = 0; i < count; i++) {
    if (i === best) continue
    made[i] = 1 / (count + gamma * (predicted[best]! - predicted[i]!))
    rest -= made[i]!
  }
  if (count > 0) made[best] = rest
  return made
}

/** The same probabilities with none below `floor`: what that takes is taken from the others in proportion. With too many candidates: all alike. */
export function floored(probabilities: ArrayLike<number>, floor: number): Float64Array {
  const count = probabilities.length
  const made = Float64Array.from(probabilities)
  if (count * floor >= 1) return made.fill(1 / count)
  const raised = new Uint8Array(count)
  for (let round = 0; round < count; round++) {
    let low = false
    let [free, fixed] = [0, 0]
    for (let i = 0; i < count; i++) {
      if (!raised[i] && made[i]! < floor) {
        raised[i] = 1
        low = true
      }
      if (raised[i]) fixed += floor
      else free += made[i]!
    }
    for (let i = 0; i < count; i++) made[i] = raised[i] ? floor : (made[i]! * (1 - fixed)) / free
    if (!low) break
  }
  return made
}
