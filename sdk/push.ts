export interface PushOptions {
  /** VAPID public key of the push provider. */
  readonly publicKey: string
  /** Where your site serves `push-worker.js` of Cadenza: a service worker has to come from your own origin. */
  readonly worker?: string
}

/** Asks the person and the browser; resolves with the subscription, or null when either says no. Call it on a click. */
export async function subscribe({ publicKey, worker = '/push-worker.js' }: PushOptions): Promise<PushSubscriptionJSON | null> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return null
  if ((await Notification.requestPermission()) !== 'granted') return null
  await navigator.serviceWorker.register(worker)
  const { pushManager } = await navigator.serviceWorker.ready
  return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })).toJSON()
}

/** Resolves with the address that is not used any more; null when there was none. */
export async function unsubscribe(): Promise<string | null> {
  const registration = await navigator.serviceWorker?.getRegistration()
  const subscription = await registration?.pushManager.getSubscription()
  if (!subscription) return null
  await subscription.unsubscribe()
  return subscription.endpoint
}
